"""What `/v1/vaults` takes and gives."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateway.errors.admin import InvalidField
from gateway.server.admin.route import Answer, Body
from gateway.stores.tables.vaults import Vault
from gateway.vault.lookup_tokens import GENERIC_CHARS_MAX, LookupFormat
from gateway.vaults import NewValue, Row, Stats

BULK_MAX = 500
_Name = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{1,63}$")
_Ttl = Field(None, ge=60, le=315_360_000)
_Meta = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=500)]], Field(max_length=16)
]
_Format = Literal["pan", "ssn", "email", "generic"]


class NewVault(Body):
    """A vault to be made. Its format is fixed from then on."""

    name: str = _Name
    token_format: _Format
    description: str = Field("", max_length=500)
    default_ttl_seconds: int | None = _Ttl


class VaultChange(Body):
    """What of a vault may change; a field that is not given stays."""

    name: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{1,63}$")
    description: str | None = Field(None, max_length=500)
    default_ttl_seconds: int | None = _Ttl
    enabled: bool | None = None


class Value(Body):
    """A value that goes into a vault. `subject`: whom it is about, for `holdback erase subject`. The expiry of a card
    goes with vaults of the format `pan` only, both parts or neither."""

    value: str = Field(min_length=1, max_length=GENERIC_CHARS_MAX, repr=False)
    metadata: _Meta = Field(default_factory=dict, repr=False)
    ttl_seconds: int | None = _Ttl
    subject: str = Field("", max_length=256, repr=False)
    card_exp_month: int | None = Field(None, ge=1, le=12, repr=False)
    card_exp_year: int | None = Field(None, ge=2000, le=2099, repr=False)

    def new(self, token_format: str) -> NewValue:
        """For the vault.

        Raises:
            InvalidField: an expiry that is half, or of no card.
        """
        month, year = self.card_exp_month, self.card_exp_year
        if (month is None) != (year is None) or (month is not None and token_format != LookupFormat.PAN.value):
            raise InvalidField(param="card_exp_month")
        expiry = (month, year) if month is not None and year is not None else None
        return NewValue(self.value, self.metadata, self.ttl_seconds, self.subject, expiry)


class Values(Body):
    """Values that go into a vault, all of them or none."""

    values: list[Value | str] = Field(min_length=1, max_length=BULK_MAX, repr=False)

    @model_validator(mode="after")
    def _short(self) -> Values:
        for value in self.values:
            if isinstance(value, str) and not 0 < len(value) <= GENERIC_CHARS_MAX:
                raise ValueError("a value is too long, or empty")
        return self

    def new(self, token_format: str) -> list[NewValue]:
        """For the vault."""
        return [NewValue(one) if isinstance(one, str) else one.new(token_format) for one in self.values]


class Named(Body):
    """A token, in any of its spellings. It goes in the body: an address ends up in logs."""

    token: str = Field(min_length=1, max_length=400, repr=False)


class Metadata(Body):
    """Other metadata."""

    metadata: _Meta = Field(repr=False)


class VaultAnswer(Answer):
    """A vault."""

    id: str
    name: str
    token_format: str
    custody_mode: str = "managed"
    description: str
    default_ttl_seconds: int | None
    enabled: bool
    created_at: datetime
    updated_at: datetime


class StatsAnswer(Answer):
    """Tokens that are not past their time, and those that will be within a day."""

    token_count: int
    active_count: int
    expiring_in_24h: int


class VaultDetail(VaultAnswer):
    """A vault, and how much is in it."""

    stats: StatsAnswer


class VaultList(Answer):
    """Vaults in the order of their names; `after` the last one, the next page begins."""

    data: list[VaultAnswer]


class TokenAnswer(Answer):
    """A token. `id`: names it where the token itself must not stand."""

    id: str
    token: str = Field(repr=False)
    expires_at: datetime | None


class TokensAnswer(Answer):
    """Tokens, in the order of their values."""

    tokens: list[TokenAnswer]
    count: int


class RowAnswer(TokenAnswer):
    """A token and what is known of it, without its value."""

    metadata: dict[str, str] = Field(repr=False)
    crypto_key_version: int
    created_at: datetime | None


class RowList(Answer):
    """Tokens in the order of their ids; `after` the last one, the next page begins."""

    data: list[RowAnswer]


class Revealed(RowAnswer):
    """A token and its value."""

    value: str = Field(repr=False)
    value_b64: str = Field(repr=False)
    card_exp_month: int | None = Field(None, repr=False)
    card_exp_year: int | None = Field(None, repr=False)


class Deleted(Answer):
    """It is gone; `tokens`: how many went with it."""

    id: str
    deleted: bool = True
    tokens: int = 1


class RotatedVault(Answer):
    """The tenant's key has a new version, under which the vault's rows are sealed anew, by and by."""

    rotated: bool = True
    new_version: int


def vault_fields(vault: Vault) -> VaultAnswer:
    """A vault as it is shown."""
    return VaultAnswer(**{name: getattr(vault, name) for name in VaultAnswer.model_fields if name != "custody_mode"})


def stats_fields(stats: Stats) -> StatsAnswer:
    """How much is in a vault, as it is shown."""
    return StatsAnswer(token_count=stats.active, active_count=stats.active, expiring_in_24h=stats.expiring_in_24h)


def row_fields(row: Row) -> RowAnswer:
    """A row without its value."""
    return RowAnswer(
        id=row.id,
        token=row.token,
        expires_at=row.expires_at,
        metadata=row.metadata,
        crypto_key_version=row.key_version,
        created_at=row.created_at,
    )


def revealed(row: Row) -> Revealed:
    """A row with its value."""
    month, year = row.expiry or (None, None)
    return Revealed(
        **row_fields(row).model_dump(),
        value=row.value,
        value_b64=base64.b64encode(row.value.encode("utf-8", "surrogatepass")).decode(),
        card_exp_month=month,
        card_exp_year=year,
    )
