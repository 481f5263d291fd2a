"""Errors of `/v1/vaults`.

RequestError
├── UnknownVault                    404  unknown_vault
├── UnknownToken                    404  unknown_token              never given, past its time, revoked or deleted
├── VaultDisabled                   409  vault_disabled
├── VaultFull                       409  vault_full                 no token of that form is free
├── ValueNotOfFormat                400  value_not_of_format        `param` names the field
└── VaultDenied                     403  vault_denied
"""

from gateway.errors import RequestError


class UnknownVault(RequestError):
    """The tenant has no vault of this name or id."""

    code = "unknown_vault"
    public = "There is no such vault."
    status = 404


class UnknownToken(RequestError):
    """The vault has no such token: one answer for never given, past its time, revoked and deleted."""

    code = "unknown_token"
    public = "The vault has no such token."
    status = 404


class VaultDisabled(RequestError):
    """The vault is switched off; nothing goes in or out."""

    code = "vault_disabled"
    public = "The vault is switched off."
    status = 409


class VaultFull(RequestError):
    """So many values share first six and last four digits that no token of that form was free."""

    code = "vault_full"
    public = "No token of this form is free for this value."
    status = 409


class ValueNotOfFormat(RequestError):
    """The value does not have the form of the vault's tokens."""

    code = "value_not_of_format"
    public = "The value does not have the form of this vault."


class VaultDenied(RequestError):
    """The key does not reach vaults, or may not see their values."""

    code = "vault_denied"
    public = "The API key does not allow this for vaults."
    status = 403
