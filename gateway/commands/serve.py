"""`holdback serve`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.commands.failing import fails_clearly


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML).")
@fails_clearly
def serve(config: Path) -> None:
    """Serve as a configuration file says."""
    from gateway import settings
    from gateway.kms.process import refuse_dumps
    from gateway.observe import log
    from gateway.server import run, workers

    refuse_dumps()  # before the first key is read
    loaded = settings.load(config)
    log.configure(loaded.log_level, human=False)
    workers.check_workers(loaded)
    if loaded.workers > 1 and not workers.is_worker():
        sys.exit(workers.run_workers(config, loaded.workers))
    run.run(loaded, lambda url: log.logger().info("listening", url=url, policy=loaded.policy))
