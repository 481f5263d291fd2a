"""Microsoft Azure keys."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_AZURE_KEY",
    summary="Azure storage or service bus key, shared access signature, or client secret of Entra ID.",
    source="Microsoft Learn, 'Configure Azure Storage connection strings', 'Shared access signatures', 'Common "
    "annotated security key'",
    patterns=(
        Pattern(
            name="connection string",
            regex=r"(?:AccountKey|SharedAccessKey|AccessKey)=([A-Za-z0-9+/]{40})",
            score=1.0,
            not_preceded_by="",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9+/=", cap=128),
        ),
        Pattern(
            name="signature",
            regex=r"(?:sig|Signature)=([A-Za-z0-9%+/]{30})",
            score=1.0,
            not_preceded_by=WORD_CHARS + "_",
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9%+/=", cap=128),
        ),
        Pattern(
            name="client secret",
            regex=r"[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{31,34}",
            score=1.0,
            not_preceded_by=WORD_CHARS + "_.~-",
            not_followed_by=WORD_CHARS + "_~-",
        ),
    ),
    examples=(
        "AccountName=x;AccountKey=«Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==»;",
        "?sv=2022-11-02&sig=«AbC1d2E3f4G5h6I7j8K9l0MnOpQrStUvWxYz12%3D»&se=1",
        "client secret «abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789a»",
    ),
    non_examples=(
        "AccountKey=short;",
        "sig=none",
        "the SharedAccessKey is in the vault",
    ),
)
