"""`holdback dev`: the gateway with embedded defaults, for a first look and for development."""

from __future__ import annotations

import re
import secrets
import shlex
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from pydantic import SecretStr, ValidationError

from gateway.demo import demo_model
from gateway.errors import ConfigurationError
from gateway.observe import log
from gateway.server import run as server
from gateway.settings import Settings, Upstream
from gateway.settings.access import AccessSettings
from gateway.settings.budgets import BudgetSettings, BudgetsSettings, RateSettings
from gateway.settings.keys import KeySettings
from gateway.settings.serving import DrainSettings
from gateway.settings.stores import StoreSettings

DEMO_KIND = "openai-compatible"
"""Of the demo model, which speaks chat only: Anthropic's clients are translated for it."""
PROMPT = "Hi, I am Jane. Write to jane.doe@example.com, my SSN is 536-22-8726."


def run(
    *,
    port: int,
    host: str,
    upstream: str | None,
    upstream_key: str | None,
    upstream_kind: str = "",
    policy: str,
    key: str | None,
    log_level: str,
    data_dir: Path | None,
    hash_key: str | None = None,
    budget_usd: float | None = None,
    rate: int | None = None,
) -> None:
    """Serve until stopped; options as for `holdback dev`.

    Raises:
        ConfigurationError: something cannot be used.
    """
    log.configure(log_level, human=True)
    key = key or f"kc_test_a_{secrets.token_hex(16)}"

    async def main() -> None:
        async with nullcontext(upstream) if upstream else demo_model() as base_url:
            stores = StoreSettings(data_dir=str(data_dir or folder))
            settings = Settings(
                host=host,
                port=port,
                key=SecretStr(key),
                policy=policy,
                hash_key=SecretStr(hash_key or secrets.token_hex(32)),
                upstream=_upstream(str(base_url), upstream_kind or ("" if upstream else DEMO_KIND)),
                upstream_key=SecretStr(upstream_key) if upstream_key else None,
                log_level=log_level,
                stores=stores,
                budgets=BudgetsSettings(gateway=BudgetSettings(daily_usd=budget_usd)),
                rates=(RateSettings(name="per-client", requests=rate, seconds=60),) if rate else (),
                keys=KeySettings(allow_local_provider=True),
                drain=DrainSettings(seconds=1),
                access=AccessSettings(dpop_required=False, dpop_nonces=False, public_origins=_origins(host, port)),
            )
            await server.serve(settings, lambda url: _welcome(url, key, upstream, policy))

    with TemporaryDirectory(prefix="holdback-") as folder:
        server.run_loop(main())


def _origins(host: str, port: int) -> tuple[str, ...]:
    """What a client on this machine calls this service; unknown where the port is only picked later."""
    names = dict.fromkeys(("127.0.0.1", "localhost", host)) if re.fullmatch(r"[A-Za-z0-9.-]+", host) else ("localhost",)
    return tuple(f"http://{name}:{port}" for name in names) if port else ()


def _upstream(base_url: str, kind: str) -> Upstream:
    try:
        return Upstream(base_url=base_url, kind=kind)
    except ValidationError:
        pass
    raise ConfigurationError("--upstream is no usable URL.", cure="Give one like https://api.example.com/v1.")


def _welcome(url: str, key: str, upstream: str | None, policy: str) -> None:
    body = f'{{"model": "demo", "stream": true, "messages": [{{"role": "user", "content": "{PROMPT}"}}]}}'
    command = (
        f"curl -N {url}/chat/completions -H {shlex.quote(f'Authorization: Bearer {key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
    click.echo(f"Holdback listens on {url} (policy {policy}, provider: {upstream or 'a demo model that leaks'})")
    click.echo(f"Key: {key}")
    click.echo(f"Try it:\n\n  {command}\n")
