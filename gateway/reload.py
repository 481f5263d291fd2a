"""The policy in force, the overlays of tenants and agents, and their files: a change is loaded, checked and put in
force at once.

Laws kept here:
1. A policy or an overlay that cannot be used changes nothing: all that was in force stays, and a log line and a metric
   say so.
2. The change is one assignment. A request takes the engine that is in force when it begins, and keeps it to its end.
3. The work is done in a thread: no stream waits for it.
4. Engines of overlays are built when they are checked, and again when they are asked for: few are kept, the least
   recently used go first. An overlay that cannot be built closes the request; nothing is served under a wider policy.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.errors import ConfigurationError
from gateway.errors.policy import PolicyUnavailable
from gateway.inspection.engine import Engine
from gateway.inspection.fit import facts
from gateway.observe.log import logger
from gateway.observe.metrics import Metrics
from policies.loader import load
from policies.overlays import TENANT_WIDE, Of, Overlay, applicable, overlaid, overlay_files, read_overlays
from policies.policy import Policy, PolicyError

ENGINES_MAX = 32
"""Engines of overlays that are kept ready."""

Signature = tuple[tuple[str, tuple[int, int, int] | None], ...]
Build = Callable[[Policy], Engine]


class InForce:
    """One generation: the policy in force, and those with overlays on it.

    Args:
        engine: of the policy.
        overlays: on it.
        build: from a policy to its engine.

    Raises:
        ConfigurationError: an overlay cannot be used.
    """

    def __init__(self, engine: Engine, overlays: Mapping[Of, Overlay], build: Build) -> None:
        self.engine = engine
        self._build = build
        self._lock = asyncio.Lock()
        self._made: OrderedDict[tuple[str, Of | None], Engine] = OrderedDict()
        self._overlays = overlays
        self.hits = self.misses = 0
        self._policies = {of: _merged(engine.policy, overlays, of) for of in overlays}
        for of in self._policies:
            self._keep(("", of), build(self._policies[of]))

    @property
    def size(self) -> int:
        """Engines that are kept ready."""
        return len(self._made)

    def policy(self, tenant: str, agent: str = TENANT_WIDE) -> Policy:
        """The policy of an agent, or of a tenant as a whole."""
        of = self._of(tenant, agent)
        return self.engine.policy if of is None else self._policies[of]

    async def engine_for(self, tenant: str, agent: str, preset: str = "") -> Engine:
        """The engine of an agent; `preset` stands in the place of the configured policy, below the overlays.

        Raises:
            PolicyUnavailable: preset and overlays cannot be used together.
        """
        of = self._of(tenant, agent)
        if of is None and not preset:
            return self.engine
        key = (preset, of)
        if key in self._made:
            self.hits += 1
        else:
            self.misses += 1
            async with self._lock:
                if key not in self._made:
                    self._keep(key, await asyncio.to_thread(self._made_for, preset, of))
        self._made.move_to_end(key)
        return self._made[key]

    def _made_for(self, preset: str, of: Of | None) -> Engine:
        try:
            if not preset:
                return self._build(self._policies[of] if of else self.engine.policy)
            policy = load(preset, facts())
            return self._build(overlaid(policy, self._overlays, of, facts()) if of else policy)
        except (ConfigurationError, PolicyError) as error:
            logger().error("policy_refused", problem=str(error), in_force="")
        raise PolicyUnavailable

    def _of(self, tenant: str, agent: str) -> Of | None:
        """Whose overlay is the last one that is merged."""
        found = applicable(self._policies, (tenant, agent))
        return found[-1] if found else None

    def _keep(self, key: tuple[str, Of | None], engine: Engine) -> None:
        self._made[key] = engine
        while len(self._made) > ENGINES_MAX:
            self._made.popitem(last=False)


def _merged(policy: Policy, overlays: Mapping[Of, Overlay], of: Of) -> Policy:
    try:
        return overlaid(policy, overlays, of, facts())
    except PolicyError as error:
        problem = str(error)
    raise ConfigurationError(problem)


class Engines:
    """Holds what is in force."""

    def __init__(
        self, first: Engine | None, load: Callable[[], Engine], build: Build, metrics: Metrics, overlays: str = ""
    ) -> None:
        """
        Args:
            first: in force from the start, when it is built already.
            load: loads and checks the policy anew.
            build: from a policy to its engine.
            metrics: count what became of changes.
            overlays: the folder of overlays; `""` for none.

        Raises:
            ConfigurationError: something cannot be used.
        """
        self._load = load
        self._build = build
        self._metrics = metrics
        self._folder = overlays
        self._in_force = self._generation(first or load())
        self._seen = self._signature()

    @property
    def in_force(self) -> InForce:
        """The generation in force."""
        return self._in_force

    @property
    def current(self) -> Engine:
        """The engine of the policy in force, without any overlay."""
        return self._in_force.engine

    def policy(self, tenant: str, agent: str = TENANT_WIDE) -> Policy:
        """The policy of an agent, or of a tenant as a whole."""
        return self._in_force.policy(tenant, agent)

    async def engine_for(self, tenant: str, agent: str, preset: str = "") -> Engine:
        """The engine of an agent: taken once, at the beginning of a request. See `InForce`."""
        return await self._in_force.engine_for(tenant, agent, preset)

    async def look(self) -> bool:
        """Look whether the files have changed, and load them if so; whether something else is in force now."""
        seen = await asyncio.to_thread(self._signature)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            made = await asyncio.to_thread(lambda: self._generation(self._load()))
        except ConfigurationError as error:
            self._metrics.policy_loads.labels("refused").inc()
            logger().error("policy_refused", problem=str(error), in_force=self.current.policy.name)
            return False
        self._in_force = made
        # Told at once: whoever ends the watching while the files are looked at again would leave it untold.
        self._metrics.policy_loads.labels("loaded").inc()
        logger().info("policy_loaded", policy=made.engine.policy.name)
        before = dict(seen)  # what has changed since then is loaded with the next look
        after = await asyncio.to_thread(self._signature)
        self._seen = tuple((file, before.get(file, signature)) for file, signature in after)
        return True

    @asynccontextmanager
    async def watched(self, seconds: float) -> AsyncIterator[None]:
        """Look every so many seconds; never for 0, nor where there is no file."""
        if not seconds or not (self._folder or self.current.policy.files):
            yield
            return
        task = asyncio.create_task(self._watch(seconds))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.look()

    def _generation(self, engine: Engine) -> InForce:
        try:
            overlays = read_overlays(self._folder) if self._folder else {}
        except PolicyError as error:
            problem = str(error)
        else:
            return InForce(engine, overlays, self._build)
        raise ConfigurationError(problem)

    def _signature(self) -> Signature:
        """Change time, size and identity of every file that was read, and of those that are new; None for one that is
        not there."""
        files = (*self.current.policy.files, *(overlay_files(self._folder) if self._folder else ()))
        return tuple((file, _signature(Path(file))) for file in files)


def _signature(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
