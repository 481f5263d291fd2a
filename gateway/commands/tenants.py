"""`holdback tenants ...`: what the operator does with tenants, on the database itself; credentials for their owners."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from gateway.commands.failing import fails_clearly
from gateway.commands.operating import on_stores
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from gateway.stores.opened import Stores

BOOTSTRAP_SECONDS = 3600
_SLUG = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"
config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML)."
)


@click.group()
def tenants() -> None:
    """Tenants, their first owners, and the issuers that vouch for their admins."""


@tenants.command("create")
@config_option
@click.option("--name", help="Name for people; the slug when it is not given.")
@click.argument("slug")
@fails_clearly
def create(config: Path, name: str | None, slug: str) -> None:
    """Make a tenant; its id goes to standard output. SLUG: lower-case letters, digits and hyphens, at most 40."""
    import re

    if not re.fullmatch(_SLUG, slug):
        raise ConfigurationError("that is no slug.", cure="Use lower-case letters, digits and hyphens, at most 40.")
    tenant = on_stores(
        config,
        lambda stores: stores.tenants.create(slug, name or slug, _now()),
        acts=lambda made: ("tenants.create", made.id, made.id),
    )
    click.echo(tenant.id)


@tenants.command("list")
@config_option
@click.option("--after", default="", help="Only slugs that follow this one.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@fails_clearly
def list_(config: Path, after: str, limit: int) -> None:
    """List tenants by slug: slug, id, state, name."""
    for tenant in on_stores(config, lambda stores: stores.tenants.page(after, limit)):
        click.echo(f"{tenant.slug}\t{tenant.id}\t{tenant.status.value}\t{tenant.name}")


@tenants.command("show")
@config_option
@click.argument("tenant")
@fails_clearly
def show(config: Path, tenant: str) -> None:
    """Show TENANT (slug or id): its state, who administers it, how its key is wrapped, and the key's versions."""

    async def look(stores: Stores) -> list[tuple[str, str]]:
        found = await stores.tenants.get(tenant)
        admins = await stores.admins.of_tenant(found.id)
        kms, counts = await stores.keys.config(found.id), await stores.records.counts(found.id)
        wrapping = f"{kms.wrapping.method} {kms.wrapping.provider} {kms.wrapping.key_ref}" if kms else "global"
        since = kms.sealed_since if kms else None
        sealed = f"since {since:%Y-%m-%d %H:%M:%S} UTC ({kms.last_verify_error})" if kms and since else "no"
        lines = [("slug", found.slug), ("id", found.id), ("name", found.name), ("state", found.status.value)]
        lines += [(one.role, f"{one.name}\t{one.id}") for one in admins]
        lines += [("key", wrapping), ("sealed", sealed)]
        lines += [
            (f"version {one.version}", f"{one.status}, {one.created_at:%Y-%m-%d}, {counts.get(one.version, 0)} records")
            for one in await stores.keys.versions(found.id)
        ]
        return lines

    for name, value in on_stores(config, look):
        click.echo(f"{name}\t{value}")


@tenants.command("suspend")
@config_option
@click.argument("tenant")
@fails_clearly
def suspend(config: Path, tenant: str) -> None:
    """Serve nothing for TENANT (slug or id) until it is resumed."""
    _set_status(config, tenant, "suspended")


@tenants.command("resume")
@config_option
@click.argument("tenant")
@fails_clearly
def resume(config: Path, tenant: str) -> None:
    """Serve for TENANT (slug or id) again."""
    _set_status(config, tenant, "active")


@tenants.command("bury")
@config_option
@fails_clearly
def bury(config: Path) -> None:
    """Revoke again, in a restored database, the key versions whose tombstones say that they were revoked."""
    from gateway import settings
    from gateway.tenant_keys import tombstones

    stones = tombstones.read_tombstones(tombstones.tombstones_file(settings.load(config)))
    count = on_stores(
        config, lambda stores: tombstones.bury(stores.keys, stones, _now()), acts=lambda _: ("tenants.bury", "", "")
    )
    click.echo(f"{count} key versions revoked again", err=True)


@tenants.command("bootstrap")
@config_option
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="New file, mode 0600.")
@click.argument("tenant")
@fails_clearly
def bootstrap(config: Path, out: Path, tenant: str) -> None:
    """Write a credential for the first owner of TENANT to a file: used once, within an hour, dead once there is one."""
    credential = f"kc_boot_{secrets.token_urlsafe(32)}"

    async def offer(stores: Stores) -> str:
        found = await stores.tenants.get(tenant)
        await stores.admins.offer_bootstrap(found.id, credential, _now() + timedelta(seconds=BOOTSTRAP_SECONDS))
        return found.id

    with _new_file(out) as file:
        on_stores(
            config,
            offer,
            conflict="the tenant has an owner already.",
            acts=lambda tenant_id: ("admins.bootstrap_offer", tenant_id, tenant_id),
        )
        file.write(credential + "\n")
    click.echo(f"{out}: for POST /admin/auth/bootstrap, good for {BOOTSTRAP_SECONDS // 60} minutes", err=True)


@tenants.command("approve-issuer")
@config_option
@click.option("--issuer", required=True, help="As in the tokens' `iss`.")
@click.option("--audience", required=True, help="The `aud` of its access tokens for this gateway.")
@click.option("--client-id", required=True, help="The `aud` of its ID tokens, which prove a fresh sign-in.")
@click.option(
    "--algorithm", default="RS256", show_default=True, type=click.Choice(["RS256", "PS256", "ES256", "EdDSA"])
)
@click.option("--token-type", default="at+jwt", show_default=True, help="The `typ` of its access tokens.")
@click.argument("tenant")
@fails_clearly
def approve_issuer(
    config: Path, issuer: str, audience: str, client_id: str, algorithm: str, token_type: str, tenant: str
) -> None:
    """Let an OpenID provider vouch for admins of TENANT; an issuer belongs to one tenant only."""
    from gateway.stores.tables.admins import Issuer

    if audience == client_id:
        cure = "Ask the provider for an audience of its own for this gateway."
        raise ConfigurationError("access tokens and ID tokens would have the same audience.", cure=cure)

    async def add(stores: Stores) -> str:
        found = await stores.tenants.get(tenant)
        await stores.admins.add_issuer(
            Issuer(issuer, found.id, audience, client_id, algorithm, token_type.lower(), _now())
        )
        return found.id

    on_stores(
        config,
        add,
        conflict="that issuer is approved already, for this tenant or another.",
        acts=lambda tenant_id: ("issuers.approve", tenant_id, issuer),
    )


@tenants.command("new-key")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="New file, mode 0600.")
@fails_clearly
def new_key(out: Path) -> None:
    """Make a key for an owner: the private part goes to a file, the public part to standard output."""
    import json

    from joserfc.jwk import ECKey

    key = ECKey.generate_key("P-256")
    with _new_file(out) as file:
        file.write(json.dumps(key.as_dict(private=True)) + "\n")
    public = key.as_dict(private=False)
    click.echo(json.dumps({name: public[name] for name in ("kty", "crv", "x", "y")}))


@tenants.command("prove")
@click.option("--key", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant-id", required=True, help="The tenant's id.")
@click.argument("action")
@fails_clearly
def prove(key: Path, tenant_id: str, action: str) -> None:
    """Print a proof by an enrolled key for ACTION: `token` for an access token, else the action of a step-up."""
    import json

    from joserfc.jwk import ECKey

    from gateway.auth.admin_tokens import make_proof

    private = ECKey.import_key(json.loads(key.read_text(encoding="utf-8")))
    click.echo(make_proof(private, action, tenant_id, secrets.token_urlsafe(16), int(_now().timestamp())))


def _set_status(config: Path, tenant: str, status: str) -> None:
    from gateway.stores.tables.tenants import TenantStatus

    async def change(stores: Stores) -> str:
        found = await stores.tenants.get(tenant)
        await stores.tenants.change(found.id, _now(), status=TenantStatus(status))
        return found.id

    on_stores(config, change, acts=lambda tenant_id: (f"tenants.{status}", tenant_id, tenant_id))


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that was not there, for its owner's eyes only; gone again when the block fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(f"cannot be made: {error.strerror}.", file=str(path)) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        try:
            yield file
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _now() -> datetime:
    return datetime.now(UTC)
