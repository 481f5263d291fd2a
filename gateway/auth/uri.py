"""URIs in one form, for comparison: RFC 3986, sections 6.2.2 and 6.2.3."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@lru_cache(2048)
def normalized(uri: str) -> str:
    """A URI without query and fragment, by RFC 3986, sections 6.2.2 and 6.2.3; `""` for what is none."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    default = 443 if parts.scheme.lower() == "https" else 80
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    authority = host.lower() + (f":{port}" if port not in (None, default) else "")
    return f"{parts.scheme.lower()}://{authority}{_path(parts.path)}"


def _path(path: str) -> str:
    """Percent-encoding in its one form, and no dot segments."""
    out: list[str] = []
    for segment in path.split("/"):
        plain = "".join(chr(b) if b in _UNRESERVED else f"%{b:02X}" for b in unquote_to_bytes(segment))
        if plain == "..":
            del out[max(len(out) - 1, 1) :]
        elif plain != ".":
            out.append(plain)
    return "/".join(out) or "/"
