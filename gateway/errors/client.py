"""Errors of clients: of the auth classes of `gateway.client`, and of the local agent.

AuthenticationError
└── WrongLocalSecret                401  wrong_local_secret
RequestError
├── ForeignOrigin                   403  foreign_origin             a web page asked
├── ForeignHost                     421  foreign_host               a name that is not this machine's
└── OutOfReach                      404  out_of_reach               not of the data plane
UpstreamError                                                       the gateway is what is upstream here
├── GatewayUnreachable              502  gateway_unreachable        retryable
├── GatewaySilent                   504  gateway_silent             retryable
└── SessionUnreadable               502  session_unreadable
"""

from gateway.errors import AuthenticationError, RequestError, UpstreamError


class WrongLocalSecret(AuthenticationError):
    """The tool did not send the secret of the local agent."""

    code = "wrong_local_secret"
    public = "The API key is not the secret of this agent. `holdback agent secret` prints it."


class ForeignOrigin(RequestError):
    """The request comes from a web page: the agent serves programs of this machine only."""

    code = "foreign_origin"
    public = "This agent serves no web pages."
    status = 403


class ForeignHost(RequestError):
    """The request is for a name other than this machine's: a web page may have pointed it here."""

    code = "foreign_host"
    public = "This agent serves requests to 127.0.0.1 and localhost only."
    status = 421


class OutOfReach(RequestError):
    """The agent signs for the data plane, `/v1/...`, and for nothing else."""

    code = "out_of_reach"
    public = "This agent serves paths below /v1/ only."
    status = 404


class GatewayUnreachable(UpstreamError):
    """The gateway does not answer, or broke off."""

    code = "gateway_unreachable"
    public = "The gateway cannot be reached."
    retryable = True


class GatewaySilent(UpstreamError):
    """The gateway did not answer, or fell silent, past a deadline."""

    code = "gateway_silent"
    public = "The gateway did not answer in time."
    status = 504
    retryable = True


class SessionUnreadable(UpstreamError):
    """What the gateway answered is neither a session nor a refusal: something else may stand in between."""

    code = "session_unreadable"
    public = "The gateway's answer is no session."
