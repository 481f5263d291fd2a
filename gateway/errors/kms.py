"""What can go wrong with wrapped keys.

GatewayError
├── RequestError
│   ├── KmsConfigInvalid            400  kms_config_invalid         a field of a tenant's key service configuration
│   ├── StaticCredentialRefused     400  static_credential_refused  long-lived credentials have no field to be in
│   └── KmsVerifyFailed             400  kms_verify_failed          the probe of a new configuration failed
└── KmsError                        503  kms_error
    ├── KeyDenied                   503  kms_denied                 grant revoked, key disabled, wrong ExternalId
    ├── KeyGone                     503  kms_gone                   deleted, or scheduled for deletion
    ├── KeyUnavailable              503  kms_unavailable            retryable: timeout, throttled, 5xx, no network
    ├── KeyCorrupt                  503  kms_corrupt                a blob or an answer that fails its checks
    ├── KeyRevoked                  503  key_revoked                the version was erased, also while it was loaded
    └── TenantSealed                503  tenant_sealed              retryable: its keys cannot be had for now
"""

from gateway.errors import GatewayError, RequestError


class KmsConfigInvalid(RequestError):
    """A field is missing, unknown, or not of its pattern; `param` names it when it is one of ours."""

    code = "kms_config_invalid"
    public = "The key service configuration is not valid."


class StaticCredentialRefused(RequestError):
    """Access keys, key files and client secrets are never taken: grant access to our identity instead."""

    code = "static_credential_refused"
    public = (
        "Long-lived credentials are not accepted: use a role with ExternalId (AWS), impersonation of a service account "
        "(GCP), or a managed identity, a federated credential or the name of an environment variable (Azure)."
    )


class KmsVerifyFailed(RequestError):
    """32 random bytes could not be wrapped and unwrapped with a new configuration; nothing was written."""

    code = "kms_verify_failed"
    public = "The key service could not be verified with this configuration; the earlier one stays in force."


class KmsError(GatewayError):
    """The key service, or the way to it, did not do its part."""

    code = "kms_error"
    public = "The key service failed."
    status = 503


class KeyDenied(KmsError):
    """The key exists and we may not use it. Fail closed at once; do not retry on the request's path."""

    code = "kms_denied"
    public = "The key service refused the use of the key."


class KeyGone(KmsError):
    """The key is deleted or about to be."""

    code = "kms_gone"
    public = "The key does not exist any more, or is scheduled for deletion."


class KeyUnavailable(KmsError):
    """No answer, or none that says anything about the key. What is warm stays in use until its time."""

    code = "kms_unavailable"
    public = "The key service cannot be reached."
    retryable = True


class KeyCorrupt(KmsError):
    """The wrapped key, or the answer, fails its integrity checks."""

    code = "kms_corrupt"
    public = "The wrapped key or the key service's answer is damaged."


class KeyRevoked(KmsError):
    """The key version was revoked; a load that was under way is not kept."""

    code = "key_revoked"
    public = "The key version was revoked."


class TenantSealed(KmsError):
    """The tenant's keys were denied, are gone, or could not be reached past the life of the warm ones."""

    code = "tenant_sealed"
    public = "The tenant is sealed: its keys cannot be used now. It unseals by itself once they are granted again."
    retryable = True
