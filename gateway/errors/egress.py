"""Errors of the way out.

EgressRefused                   400  url_not_allowed
EgressFailed                    503  egress_failed              retryable
"""

from gateway.errors import GatewayError, RequestError


class EgressRefused(RequestError):
    """A URL that we do not call: not https, or it leads (also by way of DNS) to an address that is not public."""

    code = "url_not_allowed"
    public = "The gateway does not call this URL: it must be https and lead to a public address."


class EgressFailed(GatewayError):
    """A URL that users or tenants gave did not answer as it should: away, too slow, too large, elsewhere."""

    code = "egress_failed"
    public = "A service that was configured by URL did not answer as it should."
    status = 503
    retryable = True
