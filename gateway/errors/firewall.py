"""Errors of the firewall.

RequestError
├── FirewallBlocked                 400  firewall_block
└── GuardrailBlocked                400  guardrail_block
GatewayError
├── CanaryLeaked                    502  canary_leaked              the stream was killed
├── GuardrailBlockedAnswer          502  guardrail_blocked_answer
└── GuardrailUnavailable            503  guardrail_unavailable      retryable
"""

from gateway.errors import GatewayError, RequestError


class FirewallBlocked(RequestError):
    """The prompt firewall found what the policy blocks; `param` names the text."""

    code = "firewall_block"
    public = "The prompt firewall found an attempt to take over the model in this request."


class GuardrailBlocked(RequestError):
    """The customer's own scanner refused the request."""

    code = "guardrail_block"
    public = "The guardrail of this application refused the request."


class GuardrailBlockedAnswer(GatewayError):
    """The customer's own scanner refused the answer."""

    code = "guardrail_blocked_answer"
    public = "The guardrail of this application refused the answer."
    status = 502


class GuardrailUnavailable(GatewayError):
    """The customer's own scanner did not answer in time, and the policy fails closed."""

    code = "guardrail_unavailable"
    public = "The guardrail of this application did not answer."
    status = 503
    retryable = True


class CanaryLeaked(GatewayError):
    """The model began to say a canary: the answer was cut off before its first character."""

    code = "canary_leaked"
    public = "The answer began to repeat protected instructions and was stopped."
    status = 502
