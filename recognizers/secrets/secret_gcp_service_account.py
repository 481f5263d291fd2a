"""Google Cloud service account keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_GCP_SERVICE_ACCOUNT",
    summary="Key id of a Google Cloud service account in its JSON file; the key itself is a private key.",
    source="Google Cloud docs, 'Create and delete service account keys', JSON file",
    patterns=(
        Pattern(
            name="key id",
            regex=r"private_key_id[\"']?\s{0,2}[:=]\s{0,2}[\"']?([0-9a-f]{40})",
            score=1.0,
            checksum="random_hex",
            not_preceded_by="",
        ),
    ),
    examples=(
        '"private_key_id": "«3f1a9c0d7be24685ac1fe0937d5b28640e1fca93»",',
        "private_key_id=«9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d8e4f5a6b»",
        "'private_key_id':'«0a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4»'",
    ),
    non_examples=(
        '"private_key_id": "abc"',
        "commit 3f1a9c0d7be24685ac1fe0937d5b28640e1fca93",
        '"private_key_id": "0000000000000000000000000000000000000000"',
    ),
)
