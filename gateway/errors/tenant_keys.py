"""Errors of tenants' keys.

NoKmsConfig                     404  no_kms_config
NotSealed                       409  not_sealed
RotationRefused                 409  rotation_refused
UnsealFailed                    502  unseal_failed
RevocationsUnknown              503  revocations_unknown        retryable
"""

from gateway.errors import GatewayError, RequestError
from gateway.errors.kms import KmsError


class NoKmsConfig(RequestError):
    """The tenant has named no key service."""

    code = "no_kms_config"
    public = "The tenant has no key service configuration."
    status = 404


class NotSealed(RequestError):
    """There is nothing to unseal."""

    code = "not_sealed"
    public = "The tenant is not sealed."
    status = 409


class RotationRefused(RequestError):
    """A sealed tenant's key is not rotated: what is sealed under it could not be re-sealed."""

    code = "rotation_refused"
    public = "The key cannot be rotated while the tenant is sealed."
    status = 409


class UnsealFailed(KmsError):
    """The key service still refuses, or does not answer; `param` says which: `access_denied` or `unreachable`."""

    code = "unseal_failed"
    public = "The tenant stays sealed: its key service did not give the key."
    status = 502


class RevocationsUnknown(GatewayError):
    """This replica has not read the list of revocations lately, so it uses no tenant's key."""

    code = "revocations_unknown"
    public = "The gateway cannot tell which keys are revoked, so it uses none."
    status = 503
    retryable = True
