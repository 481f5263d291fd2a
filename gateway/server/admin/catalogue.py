"""All routes of the control plane."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from gateway.auth.roles import ACTIONS
from gateway.server import admin
from gateway.server.admin.route import AdminRoute


@cache
def admin_routes() -> tuple[AdminRoute[Any], ...]:
    """The `ROUTES` of every file in this folder, in the order of the files.

    Raises:
        ValueError: a route's action is not in the table of who may do what.
    """
    found: list[AdminRoute[Any]] = []
    for module in pkgutil.iter_modules(admin.__path__):
        found += getattr(importlib.import_module(f"{admin.__name__}.{module.name}"), "ROUTES", ())
    for route in found:
        if route.action is not None and route.action not in ACTIONS:
            raise ValueError(f"{route.method} {route.path}: {route.action} is not in gateway/auth/roles.py")
    return tuple(found)
