"""PyPI tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_PYPI_TOKEN",
    summary="API token of the Python Package Index or its test instance: a macaroon that names its site.",
    source="PyPI help, 'API tokens'; PEP 458 site; pypi/warehouse, macaroons",
    patterns=(
        Pattern(
            name="token",
            regex=r"pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{10}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
    ),
    examples=(
        "password = «pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LTEyMzQtMTIzNC0xMjM0» ",
        "use «pypi-AgENdGVzdC5weXBpLm9yZwIkMTIzNDU2NzgtMTIzNC0xMjM0» there",
        "«pypi-AgEIcHlwaS5vcmcabcdefghij»",
    ),
    non_examples=(
        "pypi-AgEIcHlwaS5vcmc is the head",
        "pypi-publish",
        "pypi-server-2.0.1-py3-none-any",
    ),
)
