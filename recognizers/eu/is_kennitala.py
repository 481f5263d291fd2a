"""Identification numbers of Iceland."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="IS_KENNITALA",
    summary="Icelandic identification number (kennitala): birth date, serial, check digit, century; written 6-4, or "
    "next to a word like kennitala.",
    source="Registers Iceland, 'ID numbers'; act 140/2019 of Iceland",
    patterns=(
        Pattern(name="with hyphen", regex=r"[0-7]\d[01]\d{3}-\d{3}[089]", score=0.6, checksum="stdnum.is_.kennitala"),
        Pattern(
            name="in context",
            regex=r"[0-7]\d[01]\d{6}[089]",
            score=0.4,
            checksum="stdnum.is_.kennitala",
            needs_context=True,
        ),
    ),
    context=("kennitala", "kennitolu", "kt", "kt.", "icelandic id"),
    examples=("kennitala «1201763319»", "kt. «450401-3150»", "it is «120176-3319»"),
    non_examples=("kennitala 1201763309", "order 1201763319", "kennitala 120176-3365"),
)
