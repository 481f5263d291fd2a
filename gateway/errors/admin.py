"""Errors of the control plane.

InvalidField                    400  invalid_field
AdminUnauthenticated            401  admin_unauthenticated
RoleDenied                      403  role_denied
StepUpRequired                  403  step_up_required
"""

from gateway.errors import RequestError


class InvalidField(RequestError):
    """A field of a control-plane request is missing, unknown or malformed; `param` names it."""

    code = "invalid_field"
    public = "A field of the request is missing, unknown or malformed."


class AdminUnauthenticated(RequestError):
    """No admin token, or one that is not valid: one answer for all reasons."""

    code = "admin_unauthenticated"
    public = "The admin token is missing or not valid."
    status = 401


class RoleDenied(RequestError):
    """The caller's role may not do this."""

    code = "role_denied"
    public = "Your role does not allow this."
    status = 403


class StepUpRequired(RequestError):
    """This needs a fresh step-up token in `X-Holdback-StepUp`, for this action, this tenant and this caller."""

    code = "step_up_required"
    public = "This needs a fresh, unused step-up token for this very action: see /admin/auth/step-up."
    status = 403
