"""The corpora in CoNLL form as texts with character spans."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PERSON, LOCATION, ORGANIZATION, STREET = "PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS"
LABEL_OF = {
    **dict.fromkeys(("per", "person", "writer", "musicalartist", "scientist", "researcher", "politician"), PERSON),
    **dict.fromkeys(("loc", "location", "country"), LOCATION),
    **dict.fromkeys(
        ("org", "organisation", "university", "band", "corporation", "group", "politicalparty"), ORGANIZATION
    ),
}
FILES = (
    *("wikigold/wikigold.conll.txt", "wnut17/wnut17train.conll", "wnut17/emerging.dev.conll"),
    *(f"btc/{part}.conll" for part in "abefg"),
    *(
        f"crossner/{field}/{part}.txt"
        for field in ("ai", "literature", "music", "science")
        for part in ("train", "dev", "test")
    ),
)
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}%'’”")
_NO_SPACE_AFTER = frozenset("([{$#“‘")

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its entities; `group` names the corpus it comes from."""

    text: str
    spans: tuple[Span, ...]
    group: str = ""


def read(folder: Path) -> list[Sentence]:
    """All sentences of the corpora, in their order.

    Args:
        folder: holds the corpora as `FILES` names them.
    """
    found: list[Sentence] = []
    for name in FILES:
        rows: list[tuple[str, str]] = []
        for line in [*(folder / name).read_text(encoding="utf-8").splitlines(), ""]:
            fields = line.split()
            if len(fields) >= 2:
                rows.append((fields[0], fields[-1]))
                continue
            if rows and not (name.startswith("btc") and any("@" in word for word, _ in rows)):
                found.append(_sentence(rows, name.split("/", maxsplit=1)[0]))
            rows = []
    return [sentence for sentence in found if 3 < len(sentence.text) < 600]


def _sentence(rows: list[tuple[str, str]], group: str) -> Sentence:
    text, spans = "", []
    open_span: list[object] | None = None
    quotes = 0
    for word, tag in rows:
        shown = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(word, word)
        closing = shown == '"' and quotes % 2 == 1
        if text and not (
            shown[0] in _NO_SPACE_BEFORE
            or shown in ("n't",)
            or closing
            or text[-1] in _NO_SPACE_AFTER
            or (text[-1] == '"' and quotes % 2 == 1)
        ):
            text += " "
        quotes += shown == '"'
        label = LABEL_OF.get(tag[2:].lower()) if tag != "O" else None
        starts = tag.startswith("B-") or open_span is None or open_span[2] != label
        if open_span is not None and (label is None or starts):
            spans.append((int(str(open_span[0])), int(str(open_span[1])), str(open_span[2])))
            open_span = None
        if label is not None:
            if open_span is None:
                open_span = [len(text), 0, label]
            open_span[1] = len(text) + len(shown)
        text += shown
    if open_span is not None:
        spans.append((int(str(open_span[0])), int(str(open_span[1])), str(open_span[2])))
    return Sentence(text, tuple(spans), group)
