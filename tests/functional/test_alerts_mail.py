"""Alerts by mail over TLS, from the first byte and by STARTTLS: nothing is said to a server that is not who it says."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from gateway.alerts.delivery import Deliverer
from gateway.alerts.message import Alert
from gateway.alerts.receiver import Kind, Receiver
from gateway.egress import Egress
from gateway.errors.alerts import AlertUndelivered
from gateway.settings.alerts import SmtpSettings
from tests.fakes.receivers import serve_mail

ALERT = Alert("al_1", "seal", "critical", "A tenant was sealed.")
OPS = Receiver(Kind.EMAIL, to=("ops@example.com",))
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def served(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side; ours trusts it as operators say it: by SSL_CERT_FILE."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def deliverer(port: int, security: str) -> Deliverer:
    smtp = SmtpSettings(
        host="localhost", port=port, security=security, username="gw", password=SecretStr(PASSWORD), seconds=10
    )
    return Deliverer(Egress(), smtp)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_it_is_delivered_and_the_password_goes_by_tls(served: ssl.SSLContext, security: str) -> None:
    async with serve_mail(**{security: served}) as mail:
        await deliverer(mail.port, security).deliver(OPS, ALERT)
    ((to, message),) = mail.taken
    assert to == ["ops@example.com"]
    assert "sealed" in message.as_string()
    assert mail.logins == [f"\0gw\0{PASSWORD}"]
    assert [line[:4].upper() for line in mail.plain] == ([b"EHLO", b"STAR"] if security == "starttls" else [])


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_stranger_gets_neither_password_nor_alert(
    served: ssl.SSLContext, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    async with serve_mail(**{security: served}) as mail:
        with pytest.raises(AlertUndelivered):
            await deliverer(mail.port, security).deliver(OPS, ALERT)
    assert not mail.taken
    assert not mail.logins


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_without_tls_gets_neither(security: str) -> None:
    """Who sits between us and the server takes the word STARTTLS out of its answer."""
    async with serve_mail() as mail:
        with pytest.raises(AlertUndelivered):
            await deliverer(mail.port, security).deliver(OPS, ALERT)
    assert not mail.taken
    assert not mail.logins
