"""`holdback audit`: check a record offline, take one out of its database, introduce a new signing key."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from cryptography.exceptions import UnsupportedAlgorithm

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from gateway.access_review import Review

config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML)."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The record of what happened, which proves itself."""


@audit.command("verify")
@click.argument("file", type=_FILE)
@click.option("--anchor", type=_FILE, help="Checkpoints that were kept elsewhere: they show a cut-off end.")
@click.option("--key", type=_FILE, help="The operator's first public key (PEM), as it is known elsewhere.")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file: its keys check the MACs too.")
@click.option("--tenant", help="The id of the one tenant whose export this is.")
@fails_clearly
def verify(file: Path, anchor: Path | None, key: Path | None, config: Path | None, tenant: str | None) -> None:
    """Check an export (JSON lines) or an SQLite database; exit code 1 and one line a fault when something is wrong.
    Needs no network."""
    from gateway.audit.event import chain_of
    from gateway.audit.export import read_anchor
    from gateway.audit.export import verify as check
    from gateway.record import record_of

    record = asyncio.run(record_of(file))
    kept, broken = [], False
    try:
        kept = read_anchor(anchor.read_text(encoding="utf-8").splitlines()) if anchor else []
    except ValueError:
        broken = True
    if broken:
        raise ConfigurationError("the anchor cannot be read.", file=str(anchor))
    first_key = _public_key(key) if key else None
    mac_key = _mac_key(config) if config else None
    only = tuple(chain_of(tenant, critical=critical) for critical in (False, True)) if tenant else ()
    found = check(record, first_key=first_key, anchor=kept, mac_key=mac_key, only=only)
    for fault in found:
        click.echo(f"{fault.chain} row {fault.seq}: {fault.what}" if fault.chain != "*" else fault.what)
    rows = sum(map(len, record.rows.values()))
    click.echo(
        f"{rows} rows in {len(record.rows)} chains, {len(record.checkpoints)} checkpoints, "
        f"{len(found) or 'no'} fault{'' if len(found) == 1 else 's'}",
        err=True,
    )
    sys.exit(1 if found else 0)


def _public_key(file: Path) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    known = None
    with suppress(ValueError, UnsupportedAlgorithm):
        known = load_pem_public_key(file.read_bytes())
    if not isinstance(known, Ed25519PublicKey):
        raise ConfigurationError("holds no public Ed25519 key in PEM.", file=str(file))
    return known.public_bytes_raw()


@audit.command("export")
@config_option
@click.option("--format", "form", default="jsonl", show_default=True, type=click.Choice(["jsonl", "cef"]))
@click.option("--tenant", help="Only this tenant's chains; the whole record verifies only as a whole.")
@fails_clearly
def export(config: Path, form: str, tenant: str | None) -> None:
    """Write the record to standard output: JSON lines that `verify` reads, or CEF."""
    asyncio.run(_export(config, form, tenant))


async def _export(config: Path, form: str, tenant: str | None) -> None:
    import gateway
    from gateway.audit.cef import cef_line
    from gateway.audit.event import chain_of
    from gateway.audit.export import checkpoint_lines, key_lines, row_line
    from gateway.record import opened_record, rows_of
    from gateway.stores.tables.audit import Filter

    chains = tuple(chain_of(tenant, critical=critical) for critical in (False, True)) if tenant else ()
    async with opened_record(config) as store:
        if form == "jsonl":
            keys = await store.keys()
            if keys:
                for line in key_lines(keys[0].public_key, keys[1:]):
                    click.echo(line)
            for line in checkpoint_lines(await store.checkpoints()):
                click.echo(line)
        async for row in rows_of(store, Filter(chains=chains)):
            click.echo(row_line(row) if form == "jsonl" else cef_line(row, gateway.__version__))


@audit.command("rotate-key")
@config_option
@click.option("--old", required=True, type=_FILE, help="The signing key that signed last (PEM).")
@fails_clearly
def rotate_key(config: Path, old: Path) -> None:
    """Introduce the configured signing key by the old one."""
    asyncio.run(_rotate_key(config, old))
    click.echo("the configured key signs from now on")


async def _rotate_key(config: Path, old: Path) -> None:
    from gateway import settings
    from gateway.audit.keeper import Keeper
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys, signing_key
    from gateway.control import master_key_of
    from gateway.services import places
    from gateway.settings.audit import AuditSettings
    from gateway.stores.tables.audit import AuditStore

    loaded = settings.load(config)
    derive = master_key_of(loaded).derive
    database = places(loaded.stores).database()
    try:
        store = AuditStore(database)
        async with AuditLog(store, audit_keys(derive)) as log:
            before = signing_key(AuditSettings(signing_key_file=str(old)), derive)
            await Keeper(store, log, signing_key(loaded.audit, derive)).rotate_key(before)
    finally:
        await database.close()


def _mac_key(config: Path) -> bytes:
    from gateway import settings
    from gateway.audit.opened import audit_keys
    from gateway.control import master_key_of

    return audit_keys(master_key_of(settings.load(config)).derive).mac


@audit.command("erase")
@config_option
@click.option("--tenant", help="The id of the one tenant whose record is meant; by default all.")
@click.argument("person")
@fails_clearly
def erase(config: Path, tenant: str | None, person: str) -> None:
    """Erase what names PERSON (a user, an address) beside the record. The chain has a commitment, and stays whole."""
    click.echo(f"{asyncio.run(_erase(config, tenant, person))} erased")


async def _erase(config: Path, tenant: str | None, person: str) -> int:
    from gateway.audit.event import chain_of
    from gateway.audit.log import AuditLog, subject_of
    from gateway.audit.opened import audit_keys, erasure
    from gateway.control import master_key_of
    from gateway.record import opened_record
    from gateway.settings import load

    keys = audit_keys(master_key_of(load(config)).derive)
    chains = tuple(chain_of(tenant, critical=critical) for critical in (False, True)) if tenant else ()
    async with opened_record(config) as store, AuditLog(store, keys) as log:
        gone = await store.erase_subject(subject_of(keys, person), chains)
        await log.record(erasure(tenant or "", "operator", gone))
        return gone


@audit.command("access-review")
@config_option
@click.option("--tenant", required=True, help="Slug or id.")
@click.option("--format", "form", default="table", show_default=True, type=click.Choice(["table", "json"]))
@click.option("--sign-off-as", help="Stand for what is shown: a name, which goes on record.")
@fails_clearly
def access_review(config: Path, tenant: str, form: str, sign_off_as: str | None) -> None:
    """Show who holds which right in a tenant, when each was last used, and who has signed that off."""
    from gateway.access_review import as_table, plain

    made = asyncio.run(_access_review(config, tenant, sign_off_as))
    click.echo(plain(made) if form == "json" else as_table(made), nl=form == "json")


async def _access_review(config: Path, tenant: str, sign_off_as: str | None) -> Review:
    from datetime import UTC, datetime

    from gateway import settings
    from gateway.access_review import review, sign_off
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys
    from gateway.control import master_key_of
    from gateway.errors.stores import NotFound
    from gateway.services import places
    from gateway.stores.tables.access_uses import AccessUseStore
    from gateway.stores.tables.admins import AdminStore
    from gateway.stores.tables.audit import AuditStore
    from gateway.stores.tables.capabilities import CapabilityStore
    from gateway.stores.tables.tenants import TenantStore

    loaded, now = settings.load(config), datetime.now(UTC)
    database = places(loaded.stores).database()
    try:
        found = None
        with suppress(NotFound):
            found = await TenantStore(database).get(tenant)
        if found is None:
            raise ConfigurationError("there is no such tenant.")
        store = AuditStore(database)
        stores = AdminStore(database), CapabilityStore(database), AccessUseStore(database), store
        made = await review(found.id, *stores, now)
        if sign_off_as:
            async with AuditLog(store, audit_keys(master_key_of(loaded).derive)) as log:
                await log.record(sign_off(found.id, f"operator: {sign_off_as}", made, now))
            made = await review(found.id, *stores, now)
        return made
    finally:
        await database.close()
