"""Who may do what: the table is what the routes hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.auth.roles import ACTIONS, Role, may
from gateway.server.admin.catalogue import admin_routes
from tests.fakes.control import Control, Person

ROOT = Path(__file__).resolve().parents[3]
OPEN = {"/admin/auth/bootstrap", "/admin/auth/token"}


def test_every_route_is_in_the_table() -> None:
    for route in admin_routes():
        assert (route.action in ACTIONS) or (route.action is None and route.path in OPEN), route.path


async def test_every_served_admin_path_is_a_route_of_the_table(control: Control) -> None:
    from gateway.server.app import make_app

    served = {
        (route.method, route.resource.canonical)
        for route in make_app(control.services).router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/admin")
    }
    assert served == {(route.method, route.path) for route in admin_routes()}


def test_the_owner_may_do_everything_and_a_viewer_changes_nothing() -> None:
    assert all(may(Role.OWNER, name) for name in ACTIONS)
    viewers = {name for name in ACTIONS if may(Role.VIEWER, name)}
    assert viewers == {name for name in viewers if re.search(r"\.read$|^step_up\.create$", name)}
    assert not may(Role.OWNER, "no.such.action")


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_the_table_is_what_the_server_does(owner: Person, role: str) -> None:
    person = owner if role == "owner" else await owner.colleague(role)
    for route in admin_routes():
        if route.action is None:
            continue
        path = re.sub(r"{\w+}", "1", route.path)
        _, answer = await person.call(route.method, path, {"unknown": 1} if route.method != "GET" else None)
        denied = answer.get("error", {}).get("code") == "role_denied"
        assert denied == (not may(Role(role), route.action)), route.path


async def test_without_a_token_nothing_answers(control: Control) -> None:
    for route in admin_routes():
        if route.action is not None:
            path = re.sub(r"{\w+}", "1", route.path)
            for token in ("", "x", "a.b.c", "kc_test_a_functional"):
                status, answer = await control.call(route.method, path, {}, token=token)
                assert (status, answer["error"]["code"]) == (401, "admin_unauthenticated")
