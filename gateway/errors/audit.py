"""Errors of the audit.

GatewayError
└── AuditUnavailable                503  audit_unavailable          retryable; what cannot be recorded does not happen
"""

from gateway.errors import GatewayError


class AuditUnavailable(GatewayError):
    """An event could not be written: what it is about must not go on."""

    code = "audit_unavailable"
    public = "What this request does cannot be recorded at the moment."
    status = 503
    retryable = True
