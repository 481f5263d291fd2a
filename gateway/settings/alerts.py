"""Alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Name, Section, secret


class AlertRuleSettings(Section):
    """When a rule alerts, where that is not what it does by itself."""

    enabled: bool = Field(default=True, description="whether it alerts at all")
    events: int | None = Field(None, ge=1, le=1_000_000, description="so many events within `seconds`")
    seconds: float | None = Field(None, ge=1, le=86_400, description="the length of the window")


class SmtpSettings(Section):
    """The mail server that alerts go out by."""

    host: str = Field("", max_length=253, description="name of the mail server; empty: no mail is sent")
    port: int = Field(587, ge=1, le=65_535, description="its port")
    security: str = Field(
        "starttls", pattern="^(starttls|tls|none)$", description="`starttls`, `tls` from the start, or `none`"
    )
    sender: str = Field("holdback@localhost", max_length=254, description="address that mail comes from")
    username: str = Field("", max_length=254, description="user of the mail server, if it asks for one")
    password_env: str = Field("", description="environment variable that holds the mail server's password")
    password_file: str = Field("", description="file that holds the mail server's password")
    seconds: float = Field(15, gt=0, le=120, description="longest wait for the mail server")
    password: SecretStr | None = Field(None, description="never in the file")


class AlertSettings(Section):
    """Who is told of what, and how often. Receivers are kept in the database: `holdback alerts add`."""

    quiet_seconds: float = Field(
        900, ge=1, le=604_800, description="after an alert, no other one about the same thing for so long"
    )
    give_up_hours: float = Field(
        72, ge=1, le=720, description="an alert that a receiver does not take for so long is dropped"
    )
    rules: dict[Name, AlertRuleSettings] = Field({}, description="by name of the rule", max_length=50)
    smtp: SmtpSettings = SmtpSettings()

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the password that it points to.

        Raises:
            ConfigurationError: it is not there.
        """
        smtp = self.smtp
        found = secret("alerts.smtp.password", smtp.password_env, smtp.password_file, environment, file)
        changed = {"password": SecretStr(found) if found else None}
        return self.model_copy(update={"smtp": smtp.model_copy(update=changed)})
