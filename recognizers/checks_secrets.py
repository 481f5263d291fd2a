"""Checks by name for secrets and names next to a label: does a value look like one, or hold what its issuer says?

A check gets the candidate's view text, label and connector included, answers yes or no, and never raises.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

_NO_ALNUM = re.compile(r"[^0-9A-Za-z]", re.ASCII)


def _value(text: str) -> str:
    """What stands after the label and its connector."""
    connector = r"[ =]" if text.startswith("--") else r"[:=>]|\s(?:is|was)[\s:]"
    return re.split(connector, text, maxsplit=1)[-1].strip("\"'`* \t=>:")


def _entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _sequential(value: str) -> bool:
    """Whether most of it is an alphabet written out."""
    steps = sum(ord(right) - ord(left) == 1 for left, right in pairwise(value))
    return steps * 2 > len(value)


_ISSUED = re.compile(
    r"gh[pousr]_|github_pat_|xox[abeoprs]-|xapp-|sk-|[srp]k_(?:live|test)_|whsec_|AIza|GOCSPX-|ya29\.|gl[a-z]{2,5}-|npm_"
    r"|pypi-Ag|SG\.|SK[0-9a-f]{32}|key-[0-9a-f]{32}|[0-9]{8,10}:AA|shp[a-z]{2}_|sq0|EAAA|dapi|dose|hf_|api_org_|d[or]o_v1_"
    r"|dop_v1_|HRKU-|NR[A-Z]{2}-|AT[AC]TT3|ATBB|lin_|ntn_|secret_|dp\.|hv[bsr]\.|AGE-SECRET|kc_(?:live|test)_|AKIA|ASIA|FwoG|IQoJ"
    r"|[A-Za-z0-9]{14}\.atlasv1",
)


def issued(value: str) -> bool:
    """Whether a value begins as its issuer writes it: then that issuer's recognizer knows it better."""
    return (_ISSUED.match(value) is not None and len(value) >= 24) or _jwt(value)


def _jwt(value: str) -> bool:
    try:
        return value[:1] == "e" and base64.urlsafe_b64decode(value[:16]).lstrip(b"{ \t\r\n")[:1] == b'"'
    except (binascii.Error, ValueError):
        return False


_PLACEHOLDER = re.compile(
    r"\$|%[({sd]|\{\{|<|xxx|\*\*\*|\.\.\.|your[_-]|(?:os|process|import\.meta)\.|env[.\[]|[a-z][a-z0-9+]*://",
    re.ASCII | re.IGNORECASE,
)
_CODE = re.compile(
    r"_{0,2}[A-Za-z]\w*(?:\.[A-Za-z_]\w*)+|_{0,2}[a-z]+[0-9]{0,3}(?:_[a-z]*[0-9]{0,3})+|_{1,2}\w+|[A-Z]+[0-9]{0,3}(?:_[A-Z0-9]+)+"
    r"|0[xX][0-9A-Fa-f_]+|[0-9.]+(?:e[0-9]+|[a-z]{1,3})?|(?:[.~]{0,2}/)?(?:[\w.-]+/)+[\w.-]*",
    re.ASCII,
)


def secret_value(text: str) -> bool:
    """Label, connector, value: the value has eight characters or more, a letter and a digit, five different ones and
    enough entropy; unless it is quoted it is not a name or a path of a program. Placeholders are no secrets, and what
    its issuer marks is left to its own recognizer."""
    value = _value(text)
    if len(value) < 8 or not re.search("[0-9]", value) or not re.search("[A-Za-zø]", value):
        return False
    if _PLACEHOLDER.search(value) or issued(value) or len(set(value)) < 5:
        return False
    if len(value) >= 20 and _sequential(value):
        return False
    quoted = re.search(r"[:=>\s][\"'`*]{1,3}[^\"'`]+$", text.rstrip("\"'`")) is not None
    return (quoted or _CODE.fullmatch(value) is None) and _entropy(value) >= 2.5


def high_entropy(text: str) -> bool:
    """Label, connector, value: the value is random by its looks: 20 characters or more of base64 or hex, with letters
    and digits, 3.5 bits per character (hex: 32 characters, 3.0 bits), and no alphabet."""
    value = _value(text)
    if len(value) < 20 or issued(value) or _sequential(value) or _PLACEHOLDER.search(value):
        return False
    if not re.search("[0-9]", value) or not re.search("[A-Za-z]", value):
        return False
    if re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]+", value):
        return len(value) >= 32 and _entropy(value) >= 3.0
    mixed = re.search("[a-z]", value) and re.search("[A-Z]", value)
    return mixed is not None and _entropy(value) >= 3.5 and _CODE.fullmatch(value) is None


def random_hex(text: str) -> bool:
    """Hex digits that look random: at least eight different ones, or seven of 24 characters."""
    compact = _NO_ALNUM.sub("", text.rpartition("=")[2].rpartition(":")[2]).lower()
    return len(set(compact)) >= 7 and not _sequential(compact)


def basic_auth(text: str) -> bool:
    """`Basic` and base64 of a name, a colon and a password (RFC 7617); a head that is cut off may lack the colon."""
    encoded = re.split(r"\s", text.strip())[-1].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(encoded[: len(encoded) // 4 * 4] if len(encoded) % 4 == 1 else encoded + "==")
        plain = decoded.decode("utf-8", errors="strict")
    except (binascii.Error, ValueError):
        return False
    return plain.isprintable() and (":" in plain[:-1] or len(encoded) >= 60)


def bearer_token(text: str) -> bool:
    """A token with a letter and a digit that no issuer marks (RFC 6750 section 2.1)."""
    value = re.split(r"\s", text.strip())[-1]
    return not issued(value) and any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and len(set(value)) > 7


_SHOWN_PASSWORDS = frozenset(("password", "pass", "passwd", "pwd", "pw", "secret", "token", "hostname", "host"))


def url_credentials(text: str) -> bool:
    """`scheme://user:password@host` (RFC 3986 section 3.2.1) with a password that is not the word for one."""
    authority = text.partition("://")[2]
    password = authority.rpartition("@")[0].partition(":")[2]
    if not password and "@" not in authority:
        password = authority.partition(":")[2]
    return bool(password) and password.lower() not in _SHOWN_PASSWORDS and _PLACEHOLDER.search(password) is None


def discord_token(text: str) -> bool:
    """The first part is base64 of the bot's snowflake id (Discord developer docs, 'Authentication')."""
    part = text.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False


def user_handle(text: str) -> bool:
    """A name with a digit, a dot or an underscore in it: words of a language and bare variables are none."""
    handle = text.rstrip("\"'").rpartition(" ")[2].rpartition("=")[2].rpartition(":")[2].strip("\"'@")
    return len(handle) > 2 and any(map(str.isalpha, handle)) and re.search(r"[0-9]", handle, re.ASCII) is not None


CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "basic_auth": basic_auth,
    "bearer_token": bearer_token,
    "discord_token": discord_token,
    "high_entropy": high_entropy,
    "random_hex": random_hex,
    "secret_value": secret_value,
    "url_credentials": url_credentials,
    "user_handle": user_handle,
}
