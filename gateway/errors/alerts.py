"""Errors of alerts.

InvalidReceiver                 400  invalid_alert_receiver     `param` names the field
AlertUndelivered                502  alert_undelivered          retryable
"""

from gateway.errors import GatewayError, RequestError


class InvalidReceiver(RequestError):
    """A receiver of alerts that cannot be used; `param` names the field."""

    code = "invalid_alert_receiver"
    public = "This receiver of alerts cannot be used as it is described."


class AlertUndelivered(GatewayError):
    """A receiver did not take an alert: it is away, or refuses. It is tried again."""

    code = "alert_undelivered"
    public = "The receiver did not take the alert."
    status = 502
    retryable = True
