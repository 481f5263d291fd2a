"""Two replicas on one PostgreSQL and one Redis: what each outage costs, and that none of them costs a value.

The small form here; `python -m tests.replicas` is the long one, with 200 streams.
"""

from __future__ import annotations

import pytest

from tests.replicas.installation import running
from tests.replicas.nginx import is_there
from tests.replicas.programme import full, small


async def test_an_outage_costs_what_the_docs_say() -> None:
    async with running() as one:
        seen = [name async for name, _ in small(one, 12)]
    assert seen[-1] == "in the end"


@pytest.mark.slow
@pytest.mark.parametrize("front", ["own", "nginx"])
async def test_with_two_hundred_streams(front: str) -> None:
    if front == "nginx" and not is_there():
        pytest.skip("nginx is not on PATH: apt install nginx-light")
    async with running(front) as one:
        seen = [name async for name, _ in full(one, 200)]
    assert seen[-1] == "in the end"
