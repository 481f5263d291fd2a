"""Databricks tokens."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_DATABRICKS_TOKEN",
    summary="Databricks personal access token or OAuth secret.",
    source="Databricks docs, 'Personal access tokens' (dapi), 'OAuth machine-to-machine' (dose)",
    patterns=(Pattern(name="token", regex=r"(?:dapi|dose|dkea)[0-9a-f]{32}(?:-\d{1,2})?", score=1.0),),
    examples=(
        "«dapi3f1a9c0d7be24685ac1fe0937d5b2864» for the job",
        "DATABRICKS_TOKEN: «dapi9c0d7be24685ac1fe0937d5b28643f1a-2»",
        "client «dose0a1b2c3d4e5f60718293a4b5c6d7e8f9»",
    ),
    non_examples=(
        "dapi3f1a9c0d is short",
        "dapiDataGetTopLongShort",
        "dose 20 mg",
    ),
)
