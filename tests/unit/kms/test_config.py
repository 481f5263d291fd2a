"""Configurations: what each provider takes, and that no long-lived credential fits anywhere."""

from __future__ import annotations

import itertools

import pytest
from azure.identity.aio import ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential

from gateway.errors.kms import KmsConfigInvalid, StaticCredentialRefused
from gateway.kms.azure import AzureConfig, credential_for
from gateway.kms.provider import PROVIDERS, Surroundings, open_provider, read_config

ARN = "arn:aws:kms:eu-central-1:111122223333:key/0f9a2b3c-1111-4222-8333-444455556666"
GUID = "11111111-2222-4333-8444-555566667777"
VAULT = "https://customer-vault.vault.azure.net"
GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "aws": (
        ARN,
        {"region": "eu-central-1", "role_arn": "arn:aws:iam::111122223333:role/holdback", "external_id": GUID},
    ),
    "gcp": (
        "projects/customer-project/locations/europe-west3/keyRings/ring/cryptoKeys/key",
        {
            "impersonate_service_account": "holdback@customer-project.iam.gserviceaccount.com",
            "project_id": "customer-project",
        },
    ),
    "azure": (
        f"{VAULT}/keys/kek",
        {
            "vault_url": VAULT,
            "azure_tenant_id": GUID,
            "client_id": GUID,
            "client_secret_env_var": "HOLDBACK_KMS_ACME_SECRET",
        },
    ),
    "local": ("local:dev", {}),
}
CREDENTIALS = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "session_token": "FwoGZXIvYXdzEBYaDK" * 10,
    "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE",
    "service_account_json": '{"type": "service_account", "private_key": "x"}',
    "client_secret": "abc8Q~" + "x" * 34,
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_configuration_is_read_and_shown_again(provider: str) -> None:
    ref, config = GOOD[provider]
    read = read_config(provider, ref, config, tenant="acme")
    assert read.key_ref == ref
    assert read.public() == config
    assert read.identity()
    surroundings = Surroundings(secret=lambda _: "value", local_key=bytes(32))
    assert open_provider(provider, read, surroundings).key_ref == ref


@pytest.mark.parametrize(("provider", "name"), list(itertools.product(PROVIDERS, CREDENTIALS)))
def test_no_credential_fits_anywhere(provider: str, name: str) -> None:
    ref, config = GOOD[provider]
    secret = CREDENTIALS[name]
    for extra in ({name: "x"}, {name: secret}, {name.upper(): secret}, {"note": secret}, {name: {"a": secret}}):
        with pytest.raises((StaticCredentialRefused, KmsConfigInvalid)) as caught:
            read_config(provider, ref, {**config, **extra}, tenant="acme")
        assert secret not in str(caught.value) + str(caught.value.param)
        if "note" not in extra:
            assert caught.type is StaticCredentialRefused
    for known in config:
        with pytest.raises((StaticCredentialRefused, KmsConfigInvalid)):
            read_config(provider, ref, {**config, known: secret}, tenant="acme")
    with pytest.raises((StaticCredentialRefused, KmsConfigInvalid)):
        read_config(provider, secret, config, tenant="acme")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_unknown_missing_and_ill_typed_fields_are_refused(provider: str) -> None:
    ref, config = GOOD[provider]
    with pytest.raises(KmsConfigInvalid) as caught:
        read_config(provider, ref, {**config, "endpoint_url": "http://169.254.169.254"}, tenant="acme")
    assert caught.value.param == "config"
    for known in config:
        for bad in (1, None, ["x"], "", "x" * 3000, config[known] + "\n"):
            with pytest.raises((KmsConfigInvalid, StaticCredentialRefused)):
                read_config(provider, ref, {**config, known: bad}, tenant="acme")
    required = {"aws": ("region", "role_arn"), "gcp": ("impersonate_service_account",), "azure": ("vault_url",)}
    for name in required.get(provider, ()):
        with pytest.raises(KmsConfigInvalid) as caught:
            read_config(provider, ref, {key: value for key, value in config.items() if key != name}, tenant="acme")
        assert caught.value.param == f"config.{name}"


@pytest.mark.parametrize("name", ["vault", "ring", "../local", "", "AWS", "aws_kms"])
def test_only_providers_are_providers(name: str) -> None:
    with pytest.raises(KmsConfigInvalid):
        read_config(name, "local:dev", {}, tenant="acme")


@pytest.mark.parametrize(
    "vault",
    [
        "http://customer-vault.vault.azure.net",
        "https://customer-vault.vault.azure.net.evil.example",
        "https://evil.example/customer-vault.vault.azure.net",
        "https://customer-vault.vault.azure.net:8443",
        "https://customer-vault.vault.azure.net/x",
        "https://user@customer-vault.vault.azure.net",
        "https://169.254.169.254",
    ],
)
def test_azure_vaults_are_azures(vault: str) -> None:
    for ref in (f"{VAULT}/keys/kek", f"{vault}/keys/kek"):
        with pytest.raises(KmsConfigInvalid):
            read_config("azure", ref, {"vault_url": vault}, tenant="acme")


def test_azure_keys_are_in_the_vault() -> None:
    with pytest.raises(KmsConfigInvalid) as caught:
        read_config("azure", "https://other-vault.vault.azure.net/keys/kek", {"vault_url": VAULT}, tenant="acme")
    assert caught.value.param == "kms_key_ref"


@pytest.mark.parametrize("secret", ["hunter2", "s3cr3t-Value", "abc8Q~" + "x" * 34, "HOLDBACK KMS", ""])
def test_a_secret_where_its_name_should_be_is_refused_as_one(secret: str) -> None:
    ref, config = GOOD["azure"]
    with pytest.raises(StaticCredentialRefused):
        read_config("azure", ref, {**config, "client_secret_env_var": secret}, tenant="acme")


@pytest.mark.parametrize("name", ["HOME", "MASTER_KEY_B64", "HOLDBACK_KMS_GLOBEX_SECRET", "HOLDBACK_KMS_ACME"])
def test_azure_reads_no_other_environment_variable(name: str) -> None:
    ref, config = GOOD["azure"]
    with pytest.raises(KmsConfigInvalid):
        read_config("azure", ref, {**config, "client_secret_env_var": name}, tenant="acme")


def test_aws_keys_are_in_the_region() -> None:
    ref, config = GOOD["aws"]
    with pytest.raises(KmsConfigInvalid) as caught:
        read_config("aws", ref, {**config, "region": "us-east-1"}, tenant="acme")
    assert caught.value.param == "config.region"


async def test_azure_credentials_by_what_is_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ref, full = GOOD["azure"]
    asked: list[str] = []

    def secret(name: str) -> str | None:
        asked.append(name)
        return "from-the-environment"

    around = Surroundings(secret=secret)
    made = [credential_for(AzureConfig(ref, **full), around)]
    assert isinstance(made[0], ClientSecretCredential)
    assert asked == ["HOLDBACK_KMS_ACME_SECRET"]
    assert "from-the-environment" not in repr(around)
    federated = AzureConfig(ref, VAULT, azure_tenant_id=GUID, client_id=GUID)
    monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE", raising=False)
    with pytest.raises(KmsConfigInvalid):
        credential_for(federated, around)
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path_factory.mktemp("t") / "token"))
    made.append(credential_for(federated, around))
    assert isinstance(made[1], WorkloadIdentityCredential)
    made.append(credential_for(AzureConfig(ref, VAULT), around))
    assert isinstance(made[2], ManagedIdentityCredential)
    with pytest.raises(KmsConfigInvalid):
        credential_for(AzureConfig(ref, **full), Surroundings())
    for credential in made:
        await credential.close()
