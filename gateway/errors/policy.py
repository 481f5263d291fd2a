"""Errors of policies in force.

RequestError
└── PolicyBlock                     400  policy_block
GatewayError
└── PolicyUnavailable               503  policy_unavailable
"""

from gateway.errors import GatewayError, RequestError


class PolicyBlock(RequestError):
    """A request, or an answer, with a value of an entity that the policy blocks. `entity` is a name of the catalogue or
    of the operator's policy: for logs, not for clients, who would learn from it how to get around."""

    code = "policy_block"
    public = "The text holds a value that the policy does not let through."

    entity: str = ""


class PolicyUnavailable(GatewayError):
    """The policy of an agent cannot be used: its requests wait until an operator has mended it. The log says what is
    wrong."""

    status = 503
    code = "policy_unavailable"
    public = "The policy for these requests cannot be used."
