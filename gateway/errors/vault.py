"""What can go wrong in the vault.

GatewayError
└── VaultError                      500  vault_error
    ├── DomainTooSmall              500  cipher_domain_too_small    a bug of ours: the formats check before
    ├── CipherMisuse                500  cipher_misuse              a bug of ours: key, tweak, length or alphabet
    └── SealedDataUnreadable        500  sealed_data_unreadable     wrong key, wrong owner, or tampered
"""

from gateway.errors import GatewayError


class VaultError(GatewayError):
    """Tokens, ciphers or sealed data could not do their work; nothing is passed on."""

    code = "vault_error"
    public = "The vault could not do its work."


class DomainTooSmall(VaultError):
    """Fewer than a million values share the form: no format-preserving cipher is used on so few (SP 800-38G Rev. 1)."""

    code = "cipher_domain_too_small"
    public = "The value is too short for a format-preserving cipher."


class CipherMisuse(VaultError):
    """Key, tweak, length or alphabet is not one that the cipher is defined for."""

    code = "cipher_misuse"
    public = "The cipher was called outside its definition."


class SealedDataUnreadable(VaultError):
    """A sealed record does not open: another key, another owner or row, or changed bytes. One answer for all three."""

    code = "sealed_data_unreadable"
    public = "A sealed record cannot be opened with this key and for this owner."
