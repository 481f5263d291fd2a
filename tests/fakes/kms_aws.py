"""AWS STS and KMS on this machine, in their own protocols: query with XML, and JSON 1.1.

Unlike moto it refuses a wrong ExternalId, a disabled key, one that waits for its deletion, and the wrong key.
"""

from __future__ import annotations

import base64
import json
import os
import time
from urllib.parse import parse_qs

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.kms.aws import AwsConfig, AwsEndpoints
from tests.fakes.kms_faults import FakeService, Fault

ACCOUNT, REGION = "111122223333", "eu-central-1"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f9a2b3c-1111-4222-8333-444455556666"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/holdback"
EXTERNAL_ID = "7b0f1f2e-3d4c-4b5a-8978-695a4b3c2d1e"
CONFIG = AwsConfig(KEY_ARN, REGION, ROLE_ARN, EXTERNAL_ID)

_ERRORS = {
    Fault.DENY: (400, "AccessDeniedException"),
    Fault.DISABLE: (400, "DisabledException"),
    Fault.DELETE: (400, "KMSInvalidStateException"),
    Fault.THROTTLE: (400, "ThrottlingException"),
    Fault.FAIL: (500, "KMSInternalException"),
}
_CREDENTIALS = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA{n}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session-{n}</SessionToken>
<Expiration>{until}</Expiration></Credentials><AssumedRoleUser><Arn>{role}</Arn><AssumedRoleId>A:h</AssumedRoleId>
</AssumedRoleUser></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>"""
_REFUSED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>{code}</Code><Message>not authorized</Message></Error><RequestId>r</RequestId></ErrorResponse>"""


class FakeAws(FakeService):
    """`async with FakeAws() as aws: AwsProvider(CONFIG, endpoints=aws.endpoints)`."""

    def __init__(self) -> None:
        super().__init__()
        self.external_id = EXTERNAL_ID
        self.sts_status: int | None = None
        self.status_only: int | None = None
        self._key = AESGCM(os.urandom(32))
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def endpoints(self) -> AwsEndpoints:
        return AwsEndpoints(sts=self.url, kms=self.url)

    async def __aenter__(self) -> FakeAws:
        app = web.Application()
        app.router.add_post("/", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        self.stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        target = request.headers.get("X-Amz-Target", "")
        if target:
            self.calls.append(target.removeprefix("TrentService."))
            if self.fault is Fault.HANG:
                await self.hang()
            return self._kms(target, await request.json(), request.headers.get("X-Amz-Security-Token", ""))
        self.calls.append("AssumeRole")
        return self._sts({name: values[0] for name, values in parse_qs(await request.text()).items()})

    def _sts(self, asked: dict[str, str]) -> web.Response:
        trusted = asked.get("RoleArn") == ROLE_ARN and asked.get("ExternalId") == self.external_id
        if not trusted or self.sts_status is not None:
            code = "AccessDenied" if not trusted else "InternalFailure"
            return web.Response(status=self.sts_status or 403, text=_REFUSED.format(code=code), content_type="text/xml")
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + int(asked["DurationSeconds"])))
        text = _CREDENTIALS.format(n=len(self.calls), until=until, role=ROLE_ARN)
        return web.Response(text=text, content_type="text/xml")

    def _kms(self, target: str, asked: dict[str, object], session: str) -> web.Response:
        if self.status_only is not None:
            return web.Response(status=self.status_only)
        if not session.startswith("session-"):
            return _error(400, "UnrecognizedClientException")
        if self.fault in _ERRORS:
            return _error(*_ERRORS[self.fault])
        if asked.get("KeyId") != KEY_ARN:
            return _error(400, "IncorrectKeyException")
        context = json.dumps(asked.get("EncryptionContext", {}), sort_keys=True).encode()
        if target == "TrentService.Encrypt":
            nonce = os.urandom(12)
            blob = nonce + self._key.encrypt(nonce, base64.b64decode(str(asked["Plaintext"])), context)
            return _json({"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": KEY_ARN})
        blob = base64.b64decode(str(asked["CiphertextBlob"]))
        try:
            plain = self._key.decrypt(blob[:12], blob[12:], context)
        except (InvalidTag, ValueError):
            return _error(400, "InvalidCiphertextException")
        if self.fault is Fault.CORRUPT:
            plain = plain[:-1]
        return _json({"Plaintext": base64.b64encode(plain).decode(), "KeyId": KEY_ARN})


def _json(body: dict[str, str], status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/x-amz-json-1.1")


def _error(status: int, code: str) -> web.Response:
    return _json({"__type": code, "message": "made up"}, status)
