"""The application's own scanner: a webhook that is asked whether texts may pass.

Laws kept here:
1. It goes the one way out (`gateway.egress`), is signed where there is a secret, and waits no longer than the policy
   says.
2. Only a clear word counts: whatever is not `{"verdict": "allow"}` or `{"verdict": "block"}` under status 200 is a
   failure, and a failure does what the policy says of failures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from gateway.alerts.signature import HEADER, sign
from gateway.egress import Egress
from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.egress import EgressRefused
from gateway.errors.firewall import GuardrailBlocked, GuardrailBlockedAnswer, GuardrailUnavailable
from gateway.inspection.rendering import Told
from gateway.observe.log import logger
from gateway.settings.guardrail import GuardrailSettings
from gateway.verdict import Direction
from policies.guardrail_rules import OPEN, GuardrailRules
from policies.keys.guardrail import KEY
from policies.policy import Policy

ANSWER_BYTES_MAX = 1 << 16
BODY_BYTES_MAX = 32 << 20
ALLOW, BLOCK = "allow", "block"


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a request beside its texts: names of ours, nothing that a user wrote."""

    request_id: str
    tenant: str
    agent: str


class Guardrail:
    """One a process.

    Args:
        egress: the way out.
        settings: what calls are signed with, if anything.
    """

    def __init__(self, egress: Egress, settings: GuardrailSettings) -> None:
        self._egress = egress
        self._secret = settings.secret.get_secret_value() if settings.secret else ""

    def check(self, policy: Policy) -> None:
        """Whether a policy's scanner may be called.

        Raises:
            ConfigurationError: its URL is not one that we would call.
        """
        url = KEY.of(policy).url
        with suppress(EgressRefused):
            if url:
                self._egress.checked(url)
            return
        raise ConfigurationError(
            f"policy {policy.name}: `guardrail.url` must be https and lead to a public address.",
            cure="Where it is a service of yours, name its origin in `egress.open_origins`.",
        )

    async def ask(self, rules: GuardrailRules, way: Direction, about: About, texts: Sequence[Told]) -> bool:
        """Whether the scanner has answered; false where it has not and the policy goes on without.

        Args:
            rules: of the policy.
            way: which way the texts go.
            about: the request.
            texts: as it may see them.

        Raises:
            GuardrailBlocked, GuardrailBlockedAnswer: it refuses them.
            GuardrailUnavailable: it has not answered, and the policy stops.
        """
        if not texts:
            return True
        said = {"version": 1, "direction": way.value, **asdict(about), "texts": [asdict(one) for one in texts]}
        verdict = await self._verdict(rules, json.dumps(said, ensure_ascii=True).encode())
        if verdict == BLOCK:
            raise GuardrailBlocked if way is Direction.REQUEST else GuardrailBlockedAnswer
        if verdict == ALLOW:
            return True
        logger().warning("guardrail_unavailable", request_id=about.request_id, direction=way.value)
        if rules.on_failure != OPEN:
            raise GuardrailUnavailable
        return False

    async def _verdict(self, rules: GuardrailRules, body: bytes) -> str:
        """The scanner's word; `""` where it gave none."""
        if len(body) > BODY_BYTES_MAX:
            return ""
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[HEADER] = sign(body, [self._secret], int(time.time()))
        with suppress(GatewayError, TimeoutError, ValueError, RecursionError):
            async with asyncio.timeout(rules.timeout_ms / 1000):
                reply = await self._egress.fetch(
                    "POST", rules.url, headers=headers, body=body, bytes_max=ANSWER_BYTES_MAX
                )
            read = json.loads(reply.body) if reply.status == 200 else None
            verdict = read.get("verdict") if isinstance(read, dict) else None
            return verdict if verdict in (ALLOW, BLOCK) else ""
        return ""
