"""Delivers one alert to one receiver; whatever is no clear yes is a no, and is tried again by who called."""

from __future__ import annotations

import asyncio
import base64
import json
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlencode

from gateway.alerts.message import Alert, headline, lines, short, slack
from gateway.alerts.receiver import Kind, Receiver, Style
from gateway.alerts.signature import HEADER, sign
from gateway.egress import Egress
from gateway.errors.alerts import AlertUndelivered
from gateway.settings.alerts import SmtpSettings

ANSWER_BYTES_MAX = 1 << 16
_JSON = {"Content-Type": "application/json"}


class Deliverer:
    """One a process.

    Args:
        egress: the way out for URLs.
        smtp: the operator's mail server; no tenant chooses one.
        clock: seconds since 1970.
    """

    def __init__(self, egress: Egress, smtp: SmtpSettings, clock: Callable[[], float] = time.time) -> None:
        self._egress, self._smtp, self._clock = egress, smtp, clock

    def check(self, receiver: Receiver) -> None:
        """Whether a receiver's URL is one that we would call.

        Raises:
            EgressRefused: it is not.
        """
        if receiver.url:
            self._egress.checked(receiver.url)

    async def deliver(self, receiver: Receiver, alert: Alert) -> None:
        """Hand an alert over.

        Raises:
            AlertUndelivered: it was not taken.
            EgressRefused, EgressFailed: the receiver cannot be called.
        """
        match receiver.kind:
            case Kind.WEBHOOK:
                body = alert.body().encode()
                signed = sign(body, [receiver.secret], int(self._clock()))
                await self._post(receiver.url, body, {**_JSON, HEADER: signed})
            case Kind.SLACK:
                await self._post(receiver.url, slack(alert), _JSON)
            case Kind.SMS:
                await self._post(receiver.url, *_sms(receiver, alert))
            case Kind.EMAIL:
                await self._mail(receiver, alert)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        reply = await self._egress.fetch("POST", url, headers=headers, body=body, bytes_max=ANSWER_BYTES_MAX)
        if not 200 <= reply.status < 300:
            raise AlertUndelivered

    async def _mail(self, receiver: Receiver, alert: Alert) -> None:
        if not self._smtp.host:
            raise AlertUndelivered
        message = EmailMessage()
        message["From"], message["To"] = self._smtp.sender, ", ".join(receiver.to)
        message["Subject"] = f"Holdback {headline(alert)}"
        message["Date"] = formatdate(self._clock())
        message["Message-ID"] = f"<{alert.id}@holdback.invalid>"  # the same in each attempt
        message.set_content(lines(alert))
        failed = True
        with suppress(smtplib.SMTPException, OSError, ValueError):
            await asyncio.to_thread(_send, self._smtp, message)
            failed = False
        if failed:
            raise AlertUndelivered


def _sms(receiver: Receiver, alert: Alert) -> tuple[bytes, dict[str, str]]:
    """Body and headers for a provider of SMS."""
    text, to = short(alert), receiver.to[0]
    if receiver.style is Style.TWILIO:
        login = base64.b64encode(f"{receiver.user}:{receiver.secret}".encode()).decode()
        form = urlencode({"To": to, "From": receiver.sender, "Body": text}).encode()
        return form, {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {login}"}
    body = json.dumps({"to": to, "from": receiver.sender, "text": text}).encode()
    return body, {**_JSON, "Authorization": f"Bearer {receiver.secret}"}


def _send(smtp: SmtpSettings, message: EmailMessage) -> None:
    """By the standard library; blocks for `seconds` a step at most."""
    context = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.seconds, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.seconds)
    with server:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.username and smtp.password is not None:
            server.login(smtp.username, smtp.password.get_secret_value())
        server.send_message(message)
