"""The description of the API is valid, and says what is served."""

from __future__ import annotations

import warnings

import pytest

from gateway.server.admin.catalogue import admin_routes
from gateway.server.app import make_app
from gateway.server.openapi import document
from tests.fakes.control import Control


def test_it_is_valid() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openapi_spec_validator import validate
        from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

        validate(document())
        broken = {**document(), "paths": {"/x": {"get": {"parameters": "none"}}}}
        with pytest.raises(OpenAPIValidationError):
            validate(broken)


async def test_it_says_what_is_served(control: Control) -> None:
    status, told = await control.call("GET", "/openapi.json")
    assert status == 200
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in make_app(control.services).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert served == {(method, path) for path, methods in told["paths"].items() for method in methods}


def test_step_up_and_roles_are_in_it() -> None:
    for route in admin_routes():
        told = document()["paths"][route.path][route.method.lower()]
        assert told.get("x-holdback-action") == route.action
