"""A row in CEF is one line, and no field can end another or take its place."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.cef import cef_line
from tests.unit.gateway.audit.records import chain, event

ROW = chain([event(1, entity="A|B", reason="x=y\\z\nw")])[0]
_HOSTILE = st.text(st.sampled_from('a|=\\\n\r\t\x00\x1b\x85\u2028\ud800 "é漢'), max_size=12)


def read(line: str) -> tuple[list[str], dict[str, str]]:
    """Header and extension, as readers of CEF take them apart."""
    *header, extension = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    starts = list(re.finditer(r"(?:^|(?<= ))([A-Za-z0-9]+)=", extension))
    ends = [one.start() - 1 for one in starts[1:]] + [len(extension)]
    return header, {one[1]: extension[one.end() : end] for one, end in zip(starts, ends, strict=True)}


def test_it_escapes_what_it_must() -> None:
    line = cef_line(ROW, "1.0|x")
    assert line.startswith("CEF:0|Holdback|Holdback|1.0\\|x|redaction|redaction|3|")
    assert "reason=x\\=y\\\\z\\nw" in line
    assert json.loads(ROW.body)["entity"] == "A|B"


@given(_HOSTILE, _HOSTILE, _HOSTILE, st.dictionaries(_HOSTILE | st.sampled_from(["rt", "cs1", "a=b c"]), _HOSTILE))
def test_hostile_fields_stay_in_their_place(kind: str, request_id: str, chain_name: str, body: dict[str, str]) -> None:
    row = replace(ROW, kind=f"k{kind}", request_id=request_id, chain=chain_name, body=json.dumps(body))
    line = cef_line(row, "1.0")
    assert len(line.splitlines()) == 1
    assert line.isprintable() or not re.search("[\x00-\x1f\x7f-\x9f]", line)
    header, extension = read(line)
    assert header[:4] == ["CEF:0", "Holdback", "Holdback", "1.0"]
    assert len(header) == 7
    assert extension["rt"] == str(ROW.at_us // 1000)
    assert extension["cs1Label"] == "requestId"
    assert set(extension) <= {"rt", "externalId", "cs1Label", "cs1", *filter(None, map(_joined, body))}


def test_what_is_no_json_is_said_to_be_unreadable() -> None:
    for body in ("{", "[]", "1", "[" * 100_000):
        assert read(cef_line(replace(ROW, body=body), "1"))[1]["reason"] == "unreadable"


def _joined(name: str) -> str:
    words = re.findall("[A-Za-z0-9]+", name)
    return "".join(word if place == 0 else word[:1].upper() + word[1:] for place, word in enumerate(words))
