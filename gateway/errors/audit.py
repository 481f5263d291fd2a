"""Errors of the audit.

GatewayError
├── AuditUnavailable                503  audit_unavailable          retryable; what cannot be recorded does not happen
└── AnchorFailed                    503  audit_anchor_failed        retryable; never answered to a client
"""

from gateway.errors import GatewayError


class AuditUnavailable(GatewayError):
    """An event could not be written: what it is about must not go on."""

    code = "audit_unavailable"
    public = "What this request does cannot be recorded at the moment."
    status = 503
    retryable = True


class AnchorFailed(GatewayError):
    """A checkpoint could not be kept elsewhere; it is tried again."""

    code = "audit_anchor_failed"
    public = "A checkpoint of the record could not be kept elsewhere."
    status = 503
    retryable = True
