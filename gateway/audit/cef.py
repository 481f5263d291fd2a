"""A row in ArcSight's Common Event Format (CEF 0.1, revision 26), for what reads logs.

Laws kept here: one row is one line, whatever stands in its fields; no field can end another, begin one or take the
place of one: `\\` and `|` are escaped in the header, `\\` and `=` in the extension, and what breaks lines becomes `\\n`
there and a space in the header. Names are letters and digits.
"""

from __future__ import annotations

import json
import re

from gateway.audit.chain import Row
from gateway.audit.event import CRITICAL, Kind

_BREAKS = re.compile("[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_HEADER = re.compile(r"([\\|])")
_VALUE = re.compile(r"([\\=])")
_NAMES = {"action": "act", "milliseconds": "durationMs"}
_CRITICAL = frozenset(kind.value for kind in CRITICAL)
_KNOWN = frozenset(kind.value for kind in Kind)


def cef_line(row: Row, version: str) -> str:
    """One row, without the line's end: severity 8 for critical kinds, 3 for the rest.

    Args:
        row: of the record.
        version: of this release.
    """
    severity = "8" if row.kind in _CRITICAL or row.kind not in _KNOWN else "3"
    header = ("CEF:0", "Holdback", "Holdback", version, row.kind, row.kind.replace("_", " "), severity)
    shown = "|".join(_HEADER.sub(r"\\\1", _BREAKS.sub(" ", part)) for part in header)
    ours = {"rt": row.at_us // 1000, "externalId": f"{row.chain}/{row.seq}", "cs1Label": "requestId"}
    values = {**_fields(row.body), **ours, "cs1": row.request_id}  # ours last: no field takes their place
    line = f"{shown}|{' '.join(f'{name}={_escaped(value)}' for name, value in values.items() if name)}"
    return line.encode(errors="replace").decode()  # half a surrogate pair would stop whoever writes it


def _fields(body: str) -> dict[str, object]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        return {"reason": "unreadable"}
    return {_NAMES.get(name) or _name(name): value for name, value in read.items()}


def _name(name: str) -> str:
    """`left_out` is `leftOut`."""
    words = [word.group() for word in re.finditer(r"[A-Za-z0-9]+", name)]
    return "".join(word if place == 0 else word[:1].upper() + word[1:] for place, word in enumerate(words))


def _escaped(value: object) -> str:
    return _BREAKS.sub(r"\\n", _VALUE.sub(r"\\\1", str(value)))
