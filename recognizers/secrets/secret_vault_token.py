"""HashiCorp Vault tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_VAULT_TOKEN",
    summary="HashiCorp Vault token: service, batch or recovery; the old form in context.",
    source="HashiCorp Vault docs, 'Tokens', token prefixes (hvs., hvb., hvr.)",
    patterns=(
        Pattern(
            name="token",
            regex=r"hv[sbr]\.[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
        Pattern(name="old", regex=r"[sbr]\.[A-Za-z0-9]{24}", score=0.5, checksum="base58_mixed", needs_context=True),
    ),
    context=("vault", "vault token", "x-vault-token"),
    examples=(
        "«hvs.CAESIJ3abcDEF123ghiJKL456mnoPQR789» is root",
        "VAULT_TOKEN=«hvb.AAAAAQKr12ABcdEF34ghIJ56klMN78»",
        "Vault token «s.aB1cD2eF3gH4iJ5kL6mN7oP8»",
    ),
    non_examples=(
        "hvs.short",
        "s.aB1cD2eF3gH4iJ5kL6mN7oP8",
        "the vault is open",
    ),
)
