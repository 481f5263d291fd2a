"""Errors of policies in force.

RequestError
└── PolicyBlock                     400  policy_block
"""

from gateway.errors import RequestError


class PolicyBlock(RequestError):
    """A request, or an answer, with a value of an entity that the policy blocks. `entity` is a name of the catalogue or
    of the operator's policy: for logs, not for clients, who would learn from it how to get around."""

    code = "policy_block"
    public = "The text holds a value that the policy does not let through."

    entity: str = ""
