"""Errors of the way to model providers.

UnknownModel                    404  unknown_model
"""

from gateway.errors import RequestError


class UnknownModel(RequestError):
    """No route leads to this model, or none that may serve this endpoint."""

    code = "unknown_model"
    public = "No provider is set up for this model at this endpoint."
    status = 404
