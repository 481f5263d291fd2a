"""Errors of the process that serves.

Stopping                        503  gateway_stopping           retryable
"""

from gateway.errors import GatewayError


class Stopping(GatewayError):
    """This process is told to stop: what is new goes elsewhere, and the time of what was open is over."""

    code = "gateway_stopping"
    public = "This instance of the gateway is stopping. Ask again."
    status = 503
    retryable = True
