"""What a caller may do with vaults.

The holder of the one configured key, who is the operator, may do everything. A capability key reaches vaults only when
its scope names their endpoints: to be let in for models is not to be let in here. It sees values only when its scope
says `detokenize: true`: who may tokenize may not by that detokenize (rule 16 of the security decisions).
"""

from __future__ import annotations

from enum import Enum

from aiohttp import web

from gateway.errors.vaults import VaultDenied
from gateway.server.caller import grant_of


class Right(Enum):
    """What a route needs."""

    READ = "read"
    TOKENIZE = "tokenize"
    DETOKENIZE = "detokenize"
    MANAGE = "manage"


def check_right(request: web.Request, right: Right) -> None:
    """Whether the caller may.

    Raises:
        VaultDenied: no.
    """
    grant = grant_of(request)
    if grant is None:
        return
    is_named = bool(grant.scope.endpoints)  # which of them, the door has asked before
    if not is_named or (right is Right.DETOKENIZE and not (grant.detokenizes and grant.scope.detokenize)):
        raise VaultDenied
