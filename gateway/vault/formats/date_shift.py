"""Dates moved by whole weeks, all dates of one scope by the same number: weekdays and intervals stay. Chosen by policy.

    2024-03-14 and 2024-03-21  ->  2023-08-17 and 2023-08-24

The shift is one of 104, 52 weeks back to 52 weeks ahead without 0, by keyed hash of tenant, scope and version. That is
a domain of 104: who learns one date of a scope knows all of them. It keeps time lines readable for a model and hides no
date from somebody who knows the person; HIPAA's safe harbor (45 CFR 164.514(b)(2)(i)(C)) asks for more.

Read and written: ISO 8601 (2024-03-14, also with slashes or dots), English months (14 March 2024, March 14, 2024,
14-Mar-2024), and numeric forms whose order shows (25/12/2024, 12/25/2024). 03/04/2024 could be either, and is left to
the opaque token, as are dates without a year. A token is found again by look-up: 25/12/2024 may become 08/04/2024,
whose order no longer shows.
"""

from __future__ import annotations

import datetime as dt
import re

from gateway.vault.formats.token_format import Reversal
from gateway.vault.keys import TokenKeys

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        rf"(?P<d>\d{{1,2}})(?P<s>[ -])(?P<n>{_MONTH})(?P=s)(?P<y>\d{{4}})",
        rf"(?P<n>{_MONTH}) (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})",
        r"(?P<d>1[3-9]|2\d|3[01])(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})",
        r"(?P<m>\d{1,2})(?P<s>[-/.])(?P<d>1[3-9]|2\d|3[01])(?P=s)(?P<y>\d{4})",
    )
)


class DateShiftFormat:
    """Dates of a scope, all moved together."""

    name = "date_shift"
    entities = frozenset({"DATE_TIME"})
    chosen = True
    reversal = Reversal.LEDGER
    shape = None

    def canonical(self, value: str) -> str:
        found = _read(value)
        return found[0].isoformat() if found else value

    def token(self, value: str, keys: TokenKeys) -> str | None:
        found = _read(value)
        if found is None:
            return None
        weeks = keys.below(104, "date_shift") - 52
        weeks += weeks >= 0
        try:
            return (found[0] + dt.timedelta(weeks=weeks)).isoformat()
        except OverflowError:
            return None

    def value(self, token: str, keys: TokenKeys) -> str | None:
        return None

    def surface(self, token: str, like: str) -> str:
        found = _read(like)
        return token if found is None else _write(dt.date.fromisoformat(token), found[1])


FORMAT = DateShiftFormat()


def _read(value: str) -> tuple[dt.date, re.Match[str]] | None:
    for form in _FORMS:
        match = form.fullmatch(value)
        if match is not None:
            groups = match.groupdict()
            name = groups.get("n")
            month = _number_of(name) if name else int(groups["m"])
            try:
                return dt.date(int(groups["y"]), month, int(groups["d"])), match
            except ValueError:
                return None
    return None


def _number_of(month: str) -> int:
    return next(at for at, name in enumerate(_MONTHS, 1) if name[:3].lower() == month[:3].lower())


def _write(date: dt.date, match: re.Match[str]) -> str:
    """`date` in the places of the matched one, each part as wide as it was, or wider."""
    name = _MONTHS[date.month - 1]
    parts = {"y": f"{date.year:04}", "m": str(date.month), "d": str(date.day)}
    written, end = [], 0
    for key, group in sorted(match.groupdict().items(), key=lambda item: match.start(item[0])):
        if key == "s" or group is None:
            continue
        written.append(match.string[end : match.start(key)])
        if key == "n":
            said = name[:3] if len(group) == 3 and name != "May" else name
            written.append(said.upper() if group.isupper() else said.lower() if group.islower() else said)
        else:
            written.append(parts[key].zfill(len(group)))
        end = match.end(key)
    return "".join(written)
