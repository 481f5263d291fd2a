"""DigitalOcean tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_DIGITALOCEAN_TOKEN",
    summary="DigitalOcean token: personal, OAuth or refresh.",
    source="DigitalOcean docs, 'API token format' (dop_v1_, doo_v1_, dor_v1_)",
    patterns=(
        Pattern(
            name="token",
            regex=r"do[opr]_v1_[0-9a-f]{40}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="0-9a-f", cap=64),
        ),
    ),
    examples=(
        "«dop_v1_3f1a9c0d7be24685ac1fe0937d5b28649c0d7be24685ac1fe0937d5b28643f1a»",
        "doctl auth «doo_v1_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9»",
        "refresh «dor_v1_9c0d7be24685ac1fe0937d5b28643f1a3f1a9c0d7be24685ac1fe0937d5b2864»",
    ),
    non_examples=(
        "dop_v1_ is the prefix",
        "dop_v1_3f1a9c0d",
        "do_v1_migration",
    ),
)
