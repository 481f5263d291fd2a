"""What the vendors' libraries do by default and ours must not: each trap, shown to be one where that is cheap."""

from __future__ import annotations

import asyncio
import time

import pytest
from azure.keyvault.keys.crypto import KeyWrapAlgorithm
from azure.keyvault.keys.crypto.aio import CryptographyClient

from gateway.egress import Egress
from gateway.errors.kms import KeyCorrupt, KeyDenied, KeyGone, KeyUnavailable, KmsError
from gateway.kms.aws import AwsConfig, AwsProvider
from gateway.kms.azure import AzureProvider
from gateway.kms.gcp import GcpConfig, GcpProvider, _crc
from gateway.kms.provider import KeyContext, Surroundings
from tests.fakes import kms_aws, kms_azure, kms_gcp
from tests.fakes.kms_aws import FakeAws
from tests.fakes.kms_azure import FakeAzure
from tests.fakes.kms_faults import Fault
from tests.fakes.kms_gcp import FakeGcp

CONTEXT, KEY = KeyContext("acme", 1), bytes(range(32))


async def test_aws_asks_sts_once_an_hour_and_not_on_every_call(aws: FakeAws) -> None:
    now = [0.0]
    provider = AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints, clock=lambda: now[0])
    wrapped = await provider.wrap(KEY, CONTEXT)
    for _ in range(6):
        await provider.unwrap(wrapped, CONTEXT)
    assert (aws.count("AssumeRole"), aws.count("Decrypt")) == (1, 6)
    for second, expected in ((3299, 1), (3300, 2)):
        now[0] = second
        await provider.unwrap(wrapped, CONTEXT)
        assert aws.count("AssumeRole") == expected


async def test_aws_refuses_another_external_id(aws: FakeAws) -> None:
    aws.external_id = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(KeyDenied):
        await AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints).wrap(KEY, CONTEXT)


async def test_aws_after_a_denial_asks_for_the_role_anew(aws: FakeAws) -> None:
    provider = AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints)
    wrapped = await provider.wrap(KEY, CONTEXT)
    aws.fault = Fault.DENY
    with pytest.raises(KeyDenied):
        await provider.unwrap(wrapped, CONTEXT)
    aws.fault = None
    assert await provider.unwrap(wrapped, CONTEXT) == KEY
    assert aws.count("AssumeRole") == 2


async def test_aws_does_not_open_with_another_key(aws: FakeAws) -> None:
    wrapped = await AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints).wrap(KEY, CONTEXT)
    other = AwsConfig(kms_aws.KEY_ARN[:-1] + "7", kms_aws.REGION, kms_aws.ROLE_ARN, kms_aws.EXTERNAL_ID)
    with pytest.raises(KeyDenied):
        await AwsProvider(other, endpoints=aws.endpoints).unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize(
    ("status", "meaning"), [(401, KeyDenied), (403, KeyDenied), (500, KeyUnavailable), (503, KeyUnavailable)]
)
async def test_aws_reads_a_bare_status(aws: FakeAws, status: int, meaning: type[KmsError]) -> None:
    aws.status_only = status
    with pytest.raises(meaning):
        await AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints).wrap(KEY, CONTEXT)


async def test_aws_sts_that_fails_is_unavailable_not_denied(aws: FakeAws) -> None:
    aws.sts_status = 500
    with pytest.raises(KeyUnavailable):
        await AwsProvider(kms_aws.CONFIG, endpoints=aws.endpoints).wrap(KEY, CONTEXT)


@pytest.mark.parametrize("lie", ["name", "ciphertext_crc32c", "verified_plaintext", "verified_aad"])
async def test_gcp_believes_no_answer_that_fails_a_check(gcp: FakeGcp, lie: str) -> None:
    gcp.lie = lie
    with pytest.raises(KeyCorrupt):
        await GcpProvider(kms_gcp.CONFIG, endpoints=gcp.endpoints).wrap(KEY, CONTEXT)


def test_gcp_crc_is_castagnolis() -> None:
    assert _crc(b"123456789") == 0xE3069283  # the check value in catalogues of CRCs
    assert _crc(bytes(32)) == 0x8A9136AA  # RFC 3720 appendix B.4
    assert all(_crc(bytes(range(n))) == kms_gcp.crc32c(bytes(range(n))) for n in range(256))


async def test_gcp_retries_a_service_that_is_away_whatever_the_timeout_says_unless_told_not_to(gcp: FakeGcp) -> None:
    provider = GcpProvider(kms_gcp.CONFIG, endpoints=gcp.endpoints)
    wrapped = await provider.wrap(KEY, CONTEXT)
    await gcp.stop()
    asked = {"name": kms_gcp.KEY, "ciphertext": wrapped}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await provider._kms().decrypt(request=asked, timeout=0.3)  # the library's default
    start = time.monotonic()
    with pytest.raises(KeyUnavailable):
        await provider.unwrap(wrapped, CONTEXT)
    assert time.monotonic() - start < 1.5
    await provider.close()


async def test_gcp_impersonates_once(gcp: FakeGcp) -> None:
    provider = GcpProvider(kms_gcp.CONFIG, endpoints=gcp.endpoints)
    wrapped = await provider.wrap(KEY, CONTEXT)
    for _ in range(5):
        await provider.unwrap(wrapped, CONTEXT)
    assert gcp.count("generateAccessToken") == 1
    await provider.close()


@pytest.mark.parametrize(
    ("status", "meaning"), [(401, KeyDenied), (403, KeyDenied), (404, KeyGone), (500, KeyUnavailable)]
)
async def test_gcp_impersonation_refused(gcp: FakeGcp, status: int, meaning: type[KmsError]) -> None:
    gcp.iam_status = status
    with pytest.raises(meaning) as caught:
        await GcpProvider(kms_gcp.CONFIG, endpoints=gcp.endpoints).wrap(KEY, CONTEXT)
    assert caught.value.__context__ is None


async def test_gcp_a_key_that_is_not_there_is_gone(gcp: FakeGcp) -> None:
    other = GcpConfig(kms_gcp.KEY + "2", kms_gcp.ACCOUNT, None)
    provider = GcpProvider(other, endpoints=gcp.endpoints)
    with pytest.raises(KeyGone):
        await provider.wrap(KEY, CONTEXT)
    await provider.close()


async def test_azure_wraps_on_its_own_after_access_was_taken_away(azure: FakeAzure) -> None:
    """The vendor's client wraps with a public key that it keeps, denied or not: only unwrapping asks the vault."""
    provider = AzureProvider(kms_azure.CONFIG, Surroundings(), endpoints=azure.endpoints)
    wrapped = await provider.wrap(KEY, CONTEXT)
    box: CryptographyClient = next(iter(provider._boxes.values()))
    for fault in (Fault.DENY, Fault.DISABLE):
        azure.fault = fault
        asked = len(azure.calls)
        assert (await box.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, KEY)).encrypted_key
        assert len(azure.calls) == asked
        with pytest.raises(KeyDenied):
            await provider.unwrap(wrapped, CONTEXT)
        assert len(azure.calls) > asked
    await provider.close()


async def test_azure_opens_what_was_wrapped_before_the_customer_rotated(azure: FakeAzure) -> None:
    provider = AzureProvider(kms_azure.CONFIG, Surroundings(), endpoints=azure.endpoints)
    before = await provider.wrap(KEY, CONTEXT)
    azure.rotate()
    after = await provider.wrap(KEY, CONTEXT)
    assert b"/v1" in before
    assert b"/v2" in after
    for wrapped in (before, after):
        assert await provider.unwrap(wrapped, CONTEXT) == KEY
    await provider.close()


async def test_azure_checks_the_challenge_outside_of_tests(azure: FakeAzure) -> None:
    """A vault that names another resource than its own host gets no token; only the tests' constructor turns that
    off."""
    provider = AzureProvider(kms_azure.CONFIG, Surroundings(), endpoints=azure.endpoints)
    options = provider._options()
    assert options.pop("verify_challenge_resource") is False
    client = CryptographyClient(f"{azure.url}/keys/kek/v1", **options)
    with pytest.raises(ValueError, match="challenge"):
        await client.unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, bytes(256))
    await client.close()
    production = AzureProvider(kms_azure.CONFIG, Surroundings())
    assert "verify_challenge_resource" not in production._options()
    await production.close()


async def test_azure_a_vault_at_an_address_that_is_not_public_is_not_called(azure: FakeAzure) -> None:
    """A name under the fixed list may still lead anywhere; it is judged where it is connected to."""
    for open_origins, is_called in ((frozenset[str](), False), (frozenset({azure.url}), True)):
        async with Egress(open_origins) as egress:
            surroundings = Surroundings(connector=egress.connector)
            provider = AzureProvider(kms_azure.CONFIG, surroundings, endpoints=azure.endpoints)
            if is_called:
                assert await provider.unwrap(await provider.wrap(KEY, CONTEXT), CONTEXT) == KEY
            else:
                with pytest.raises(KeyUnavailable):
                    await provider.wrap(KEY, CONTEXT)
            await provider.close()
        assert bool(azure.calls) == is_called
