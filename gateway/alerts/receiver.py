"""Who hears of alerts: a webhook, a Slack channel, mail addresses, a phone by a provider's webhook.

Laws kept here: what is not understood is refused when it is written, by the name of the field; secrets are in no repr.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum

from gateway.alerts.rules import BY_NAME
from gateway.errors.alerts import InvalidReceiver

URL_CHARS_MAX = 2048
SECRET_CHARS_MIN, SECRET_CHARS_MAX = 16, 256
ADDRESSES_MAX = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[A-Za-z0-9 ]{2,20}")
_PRINTABLE = re.compile(r"[!-~]*")


class Kind(Enum):
    """The values are kept: they may be added, never changed."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    EMAIL = "email"
    SMS = "sms"


class Style(Enum):
    """How a provider of SMS is asked: Twilio's form with `To`, `From` and `Body` under basic authentication, or JSON
    with `to`, `from` and `text` under a bearer token."""

    TWILIO = "twilio"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where alerts go.

    Args:
        kind: see `Kind`.
        url: of webhook, Slack and SMS.
        secret: what a webhook is signed with; the password or token of an SMS provider.
        to: mail addresses, or one phone number.
        sender, user, style: of an SMS provider.
    """

    kind: Kind
    url: str = field(default="", repr=False)  # Slack's is a secret by itself
    secret: str = field(default="", repr=False)
    to: tuple[str, ...] = ()
    sender: str = ""
    user: str = ""
    style: Style = Style.JSON

    def sealed_form(self) -> bytes:
        """What is sealed."""
        written = asdict(self) | {"kind": self.kind.value, "style": self.style.value}
        return json.dumps(written, separators=(",", ":")).encode()


def unsealed(data: bytes) -> Receiver:
    """The receiver that `sealed_form` wrote."""
    read = json.loads(data)
    read |= {"kind": Kind(read["kind"]), "style": Style(read["style"]), "to": tuple(read["to"])}
    return Receiver(**read)


_NEEDED = {
    Kind.WEBHOOK: {"url", "secret"},
    Kind.SLACK: {"url"},
    Kind.EMAIL: {"to"},
    Kind.SMS: {"url", "secret", "to", "sender"},
}
_OPTIONAL = {Kind.SMS: {"user", "style"}}


def receiver_of(kind: str, given: Mapping[str, str]) -> Receiver:
    """A receiver.

    Args:
        kind: a value of `Kind`.
        given: its fields, as texts; several addresses are separated by commas.

    Raises:
        InvalidReceiver: a field is missing, unknown or not acceptable; `param` names it.
    """
    if kind not in [one.value for one in Kind]:
        raise InvalidReceiver(param="kind")
    known = Kind(kind)
    fields = {name: value for name, value in given.items() if value}
    strange = fields.keys() - _NEEDED[known] - _OPTIONAL.get(known, set())
    for name in sorted(strange | (_NEEDED[known] - fields.keys())):
        raise InvalidReceiver(param=name)
    style = fields.pop("style", Style.JSON.value)
    to = tuple(part.strip() for part in fields.pop("to", "").split(",") if part.strip())
    if style not in [one.value for one in Style] or (style == Style.TWILIO.value and "user" not in fields):
        raise InvalidReceiver(param="style" if style not in [one.value for one in Style] else "user")
    receiver = Receiver(known, to=to, style=Style(style), **fields)
    _check(receiver)
    return receiver


def _check(receiver: Receiver) -> None:
    is_mail = receiver.kind is Kind.EMAIL
    pattern = _ADDRESS if is_mail else _PHONE
    most = ADDRESSES_MAX if is_mail else 1
    if len(receiver.to) > most or not all(pattern.fullmatch(one) and len(one) <= 254 for one in receiver.to):
        raise InvalidReceiver(param="to")
    if receiver.sender and not _PHONE.fullmatch(receiver.sender):
        raise InvalidReceiver(param="sender")
    if len(receiver.url) > URL_CHARS_MAX or not _PRINTABLE.fullmatch(receiver.url):
        raise InvalidReceiver(param="url")
    for name, value, least in (("secret", receiver.secret, SECRET_CHARS_MIN), ("user", receiver.user, 1)):
        if value and (not least <= len(value) <= SECRET_CHARS_MAX or not _PRINTABLE.fullmatch(value)):
            raise InvalidReceiver(param=name)


def checked_name(name: str) -> str:
    """A receiver's name.

    Raises:
        InvalidReceiver: it is none.
    """
    if not _NAME.fullmatch(name):
        raise InvalidReceiver(param="name")
    return name


def checked_rules(rules: list[str]) -> frozenset[str]:
    """Names of rules; none for all.

    Raises:
        InvalidReceiver: there is no such rule.
    """
    if not set(rules) <= BY_NAME.keys():
        raise InvalidReceiver(param="rules")
    return frozenset(rules)
