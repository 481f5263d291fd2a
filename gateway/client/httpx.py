"""Proofs for clients on httpx, as older SDKs are."""

from __future__ import annotations

import httpx

from gateway.client.flow import ProvingFlow


class DPoPAuth(ProvingFlow, httpx.Auth):
    """`httpx.Client(auth=DPoPAuth(login()))`, or `http_client=DefaultHttpxClient(auth=...)` of an SDK.

    A request to another server than the login's gateway raises `ConfigurationError` and does not go out.
    """
