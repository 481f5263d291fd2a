"""AWS KMS in the customer's account: AssumeRole with ExternalId, then Encrypt and Decrypt with an encryption context.

boto3 is synchronous and runs in threads of its own. The role's credentials are kept here, for an hour less five
minutes: botocore's own refresher would ask STS on every call when sessions are as short as its advisory window (15
minutes). Time: connect and read one second each, two attempts, for STS and KMS each; the deadline is above all of it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from gateway.errors.kms import KeyCorrupt, KeyDenied, KeyGone, KeyUnavailable, KmsConfigInvalid, KmsError
from gateway.kms.fields import matched, read_fields, refuse_credential
from gateway.kms.provider import KEY_BYTES, KeyContext, KeyProvider, ProviderConfig, Surroundings, imported

_PARTITION = r"arn:aws(?:-[a-z]{2,12}){0,2}"
_REGION = r"[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d"
_ROLE = _PARTITION + r":iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,128}"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = rf"{_PARTITION}:kms:(?:{_REGION}):\d{{12}}:(?:key/(?:{_UUID}|mrk-[0-9a-f]{{32}})|alias/[A-Za-z0-9/_-]{{1,200}})"

ERRORS: dict[str, type[KmsError]] = {
    **dict.fromkeys(
        (
            "AccessDenied",
            "AccessDeniedException",
            "DisabledException",
            "IncorrectKeyException",
            "InvalidClientTokenId",
            "InvalidGrantTokenException",
            "InvalidKeyUsageException",
            "NotAuthorized",
            "OptInRequired",
            "RegionDisabledException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
            "401",
            "403",
        ),
        KeyDenied,
    ),
    # Pending deletion, and the states around it.
    **dict.fromkeys(("KMSInvalidStateException", "NotFoundException"), KeyGone),
    **dict.fromkeys(("InvalidCiphertextException", "ValidationException"), KeyCorrupt),
}
"""Error codes of KMS and STS. What is not here is `KeyDenied` with status 401 or 403, else `KeyUnavailable`."""

_SESSION_SECONDS, _SESSION_MARGIN = 3600, 300
_THREADS = 16


@dataclass(frozen=True, slots=True)
class AwsConfig:
    """Where the key is and whom to be. `external_id` is ours, one per tenant."""

    key_ref: str
    region: str
    role_arn: str
    external_id: str | None

    def public(self) -> dict[str, str]:
        shown = {"region": self.region, "role_arn": self.role_arn}
        return shown if self.external_id is None else {**shown, "external_id": self.external_id}

    def identity(self) -> str:
        return self.role_arn


@dataclass(frozen=True, slots=True)
class AwsEndpoints:
    """For tests: where STS and KMS are, and a client's base credentials."""

    sts: str
    kms: str
    access_key: str = "testing"
    secret_key: str = "testing"  # noqa: S105 (never a real one)


class AwsProvider:
    """See the module. One thread pool for all; clients are made once per session of the role."""

    _threads: ThreadPoolExecutor | None = None

    def __init__(
        self,
        config: AwsConfig,
        *,
        deadline_seconds: float = 5.0,
        endpoints: AwsEndpoints | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.key_ref = config.key_ref
        self._config, self._deadline, self._endpoints, self._clock = config, deadline_seconds, endpoints, clock
        self._lock = threading.Lock()
        self._session: Any = None
        self._client: Any = None
        self._until = 0.0

    def __repr__(self) -> str:
        return f"AwsProvider({self.key_ref!r})"

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        answer = await self._call("encrypt", Plaintext=bytes(key), EncryptionContext=context.mapping())
        return bytes(answer["CiphertextBlob"])

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        # KeyId is not needed to decrypt; without it, a blob of any key that the role may use would open.
        answer = await self._call("decrypt", CiphertextBlob=wrapped, EncryptionContext=context.mapping())
        opened = bytearray(answer["Plaintext"])
        if len(opened) != KEY_BYTES:
            opened[:] = bytes(len(opened))
            raise KeyCorrupt
        return opened

    async def close(self) -> None:
        with self._lock:
            self._client, self._until = None, 0.0

    async def _call(self, operation: str, **arguments: Any) -> Mapping[str, Any]:
        cls = type(self)
        if cls._threads is None:
            cls._threads = ThreadPoolExecutor(_THREADS, "kms-aws")
        error: KmsError | None = None
        answer: Mapping[str, Any] | KmsError = {}
        await imported("boto3", "botocore.config", "botocore.exceptions")
        try:
            async with asyncio.timeout(self._deadline):
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(cls._threads, lambda: self._in_thread(operation, arguments))
        except TimeoutError:
            error = KeyUnavailable()
        if isinstance(answer, KmsError):
            error = answer
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]  # an error was raised

    def _in_thread(self, operation: str, arguments: dict[str, Any]) -> Mapping[str, Any] | KmsError:
        """The answer, or what the failure means. Foreign exceptions end here: theirs hold requests and responses."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: Mapping[str, Any] = getattr(self._kms(), operation)(KeyId=self.key_ref, **arguments)
        except ClientError as error:
            meaning = _meaning(error.response)
        except BotoCoreError:
            meaning = KeyUnavailable()
        else:
            return answer
        if isinstance(meaning, KeyDenied):
            # The role may have been changed: the next try shall not use what was granted before.
            with self._lock:
                self._client, self._until = None, 0.0
        return meaning

    def _kms(self) -> Any:
        with self._lock:
            if self._client is None or self._clock() >= self._until:
                self._client = self._assume()
                self._until = self._clock() + _SESSION_SECONDS - _SESSION_MARGIN
            return self._client

    def _assume(self) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            region_name=self._config.region,
            retries={"total_max_attempts": 2, "mode": "standard"},
            connect_timeout=1,
            read_timeout=1,
            max_pool_connections=_THREADS,
        )
        base: dict[str, Any] = {}
        sts_url = kms_url = None
        if self._endpoints is not None:
            base = {
                "aws_access_key_id": self._endpoints.access_key,
                "aws_secret_access_key": self._endpoints.secret_key,
            }
            sts_url, kms_url = self._endpoints.sts, self._endpoints.kms
        if self._session is None:
            self._session = boto3.session.Session(region_name=self._config.region, **base)
        session = self._session
        asked: dict[str, Any] = {
            "RoleArn": self._config.role_arn,
            "RoleSessionName": "holdback",
            "DurationSeconds": _SESSION_SECONDS,
        }
        if self._config.external_id is not None:
            asked["ExternalId"] = self._config.external_id
        granted = session.client("sts", config=config, endpoint_url=sts_url).assume_role(**asked)["Credentials"]
        return session.client(
            "kms",
            config=config,
            endpoint_url=kms_url,
            aws_access_key_id=granted["AccessKeyId"],
            aws_secret_access_key=granted["SecretAccessKey"],
            aws_session_token=granted["SessionToken"],
        )


def _meaning(response: Any) -> KmsError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in ERRORS:
        return ERRORS[code]()
    return KeyDenied() if status in {401, 403} and "Expired" not in code else KeyUnavailable()


def read(key_ref: str, config: Mapping[str, object], tenant: str) -> AwsConfig:
    """See `provider.read_config`."""
    fields = read_fields(config, required={"region": _REGION, "role_arn": _ROLE}, optional={"external_id": _UUID})
    refuse_credential(key_ref, param="kms_key_ref")
    ref = matched(key_ref, _KEY, "kms_key_ref")
    if ref.split(":")[3] != fields["region"]:
        raise KmsConfigInvalid(param="config.region")
    return AwsConfig(ref, fields["region"], fields["role_arn"], fields.get("external_id"))


def open_configured(config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
    """See `provider.open_provider`."""
    if not isinstance(config, AwsConfig):
        raise KmsConfigInvalid(param="provider")
    return AwsProvider(config, deadline_seconds=surroundings.deadline_seconds)
