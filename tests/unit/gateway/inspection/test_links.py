"""Where an address stands in a text, and whose host it is: the same for every cut."""

from __future__ import annotations

import pytest

from gateway.inspection.links import OPEN_CHARS_MAX, TARGET_CHARS_MAX, Hosts, Links, Place

HOSTS = Hosts(["*.good.example", "ok.example"], ["see https://user.example/x, bare.example.org; mail a@evil.example"])
T = "TOKEN"
OPEN = [
    f"hi {T}",
    f"see https://evil.example/x {T}",
    f"[x]({T})",
    f"[mail](mailto:{T})",
    f"<{T}>",
    f"[a]: {T} said",
    f'<input value="{T}">',
    f"and/or {T}",
    f"v1.2/{T}",
    f"a/b {T}",
    f"// {T}",
    f"x = {{'data': '{T}'}}",
    f"data={T}",
    f'src="https://ok.example/x" alt="{T}"',
    f"[a](/track?u={T})",
    f"![x](https://evil.example/y) {T}",
    f"[x] (https://evil.example) {T}",
    f"call:{T}",
    f"jane@evil.example, {T}",
    "a" * OPEN_CHARS_MAX + f" {T}",
]
KNOWN = [
    f"https://a.good.example/q?u={T}",
    f"![x](https://ok.example/?d={T})",
    f"https://user.example/{T}",
    f"https://bare.example.org#{T}",
    f"https://OK.example:443/{T}",
    f"a.good.example/{T}",
    f"www.a.good.example/{T}",
    f"ftp://ok.example/{T}",
    f"<img src='https://ok.example/a b {T}'>",
]
UNKNOWN = [
    f"https://evil.example/{T}",
    f"https://good.example/{T}",
    f"https://notok.example/{T}",
    f"https://ok.example.evil.example/{T}",
    f"![x](\nhttps://evil.example/{T})",
    f"![](<https://evil.example/a {T}>)",
    f"![](&#104;ttps://evil.example/{T}",
    f"https://ok.example@evil.example/{T}",
    f"https://{T}.ok.example/",
    f"https://ok.example{T}/",
    f"https://ok.example\\@evil.example/{T}",
    f"http:/\\evil.example/{T}",
    f"https:{T}",
    f"xhttps://ok.example/{T}",
    f"(https://evil.example){T}",
    f"![x](https://evil.example/日本/{T}",
    f"![x](//evil.example/{T}",
    f"[x](data:text/html,{T})",
    f"[x](javascript:alert({T})",
    "https://ok.example/" + "a" * TARGET_CHARS_MAX + T,
    "https://evil.example/" + "a" * 600 + T,
]
CASES = [
    (text, place)
    for texts, place in ((OPEN, Place.OPEN), (KNOWN, Place.KNOWN), (UNKNOWN, Place.UNKNOWN))
    for text in texts
]


@pytest.mark.parametrize(("text", "place"), CASES, ids=lambda one: str(one)[:40].encode("ascii", "replace").decode())
def test_where_a_token_stands(text: str, place: Place) -> None:
    end = text.index(T)
    step = 1 if end < 200 else 97
    for first in range(0, end + 1, step):
        for second in range(first, end + 1, step if end < 60 else 31 * step):
            links = Links()
            for to in (first, second, end):
                links.follow(text[:to], 0, to)
            assert links.place(HOSTS) is place, (first, second)


def test_an_address_without_an_end_is_over_at_last() -> None:
    links = Links()
    text = '<img src="https://evil.example/' + "a b " * (OPEN_CHARS_MAX // 4 + 20)
    links.follow(text, 0, len(text))
    assert links.place(HOSTS) is Place.OPEN


def test_hosts_in_addresses_of_people_are_not_named() -> None:
    assert not HOSTS.named("evil.example")
    assert HOSTS.named("user.example")
    assert HOSTS.named("x.good.example")
    assert not HOSTS.named("good.example")
