"""Proofs for clients on httpx2, as the OpenAI and Anthropic SDKs are now."""

from __future__ import annotations

import httpx2

from gateway.client.flow import ProvingFlow


class DPoPAuth(ProvingFlow, httpx2.Auth):
    """`httpx2.Client(auth=DPoPAuth(login()))`, or `http_client=DefaultHttpxClient(auth=...)` of an SDK.

    A request to another server than the login's gateway raises `ConfigurationError` and does not go out.
    """
