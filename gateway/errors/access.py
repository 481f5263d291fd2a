"""Errors of access.

AuthenticationError                 401  invalid_api_key
├── KeyExpired                      401  key_expired
├── InvalidProof                    401  invalid_dpop_proof         RFC 9449, section 7
├── InvalidToken                    401  invalid_token              bound key sent otherwise, wrong key of the proof
├── InvalidSignature                401  invalid_request_signature  missing, stale, used before, or not of this request
├── UseNonce                        401  use_dpop_nonce             retryable with the nonce of the answer
├── RefreshRefused                  401  refresh_refused
└── RefreshReused                   401  refresh_reused             the whole family is revoked
RequestError
├── ProofsRequired                  400  proofs_required            a new key that is bound to no private key
├── ProofsNotSetUp                  409  proofs_not_set_up          a bound key, where no public origin is configured
├── ScopeDenied                     403  scope_denied               `scope` names the one that failed
├── ModelNotAllowed                 403  model_not_allowed
├── ModelNotPriced                  403  model_not_priced
├── RateLimited                     429  rate_limited               retryable
├── TooManyStreams                  429  too_many_streams           retryable
├── BudgetReserved                  429  budget_reserved            retryable; requests in flight hold what is left
└── BudgetExceeded                  429  budget_exceeded
GatewayError
└── AccessUnavailable               503  access_unavailable         retryable; stores of keys or proofs are away
"""

from gateway.errors import AuthenticationError, GatewayError, RequestError


class KeyExpired(AuthenticationError):
    """The key is known, and its time is over."""

    code = "key_expired"
    public = "The API key has expired."


class InvalidProof(AuthenticationError):
    """The DPoP proof is missing, malformed, stale, replayed or not for this request."""

    code = "invalid_dpop_proof"
    public = "The DPoP proof is missing or does not hold for this request."


class InvalidToken(AuthenticationError):
    """The key is bound to a private key, and was not presented with a proof by it."""

    code = "invalid_token"
    public = "The API key is bound to a private key and needs a DPoP proof made with it."


class InvalidSignature(AuthenticationError):
    """The key is bound to signed requests, and this one's signature is missing, malformed, stale, replayed or not for
    it; or the key is not, and a signature came with it."""

    code = "invalid_request_signature"
    public = "The signature of the request is missing or does not hold."


class UseNonce(AuthenticationError):
    """A proof needs the nonce that the answer carries in `DPoP-Nonce`."""

    code = "use_dpop_nonce"
    public = "The DPoP proof needs the nonce of this answer."
    retryable = True


class RefreshRefused(AuthenticationError):
    """No refresh credential, one that is over, or one of another private key: one answer for all."""

    code = "refresh_refused"
    public = "The refresh credential is missing or not valid."


class RefreshReused(AuthenticationError):
    """A refresh credential was used twice: one of the two was stolen, so the family is revoked."""

    code = "refresh_reused"
    public = "The refresh credential was used before; all credentials of its family are revoked."


class ProofsRequired(RequestError):
    """New keys are bound to a private key here: `dpop_jkt` is its thumbprint."""

    code = "proofs_required"
    public = "New keys must be bound to a private key here: give its RFC 7638 thumbprint."


class ProofsNotSetUp(RequestError):
    """A key cannot be bound to a private key here: proofs are for a public origin, and none is configured."""

    code = "proofs_not_set_up"
    public = "Keys cannot be bound to private keys here: the operator has not set `access.public_origins`."
    status = 409


class ScopeDenied(RequestError):
    """The key is valid and does not reach so far; `param` names the scope that failed."""

    code = "scope_denied"
    public = "The API key does not allow this."
    status = 403


class ModelNotAllowed(RequestError):
    """The model is not on the list of the agent or of the key."""

    code = "model_not_allowed"
    public = "The API key does not allow this model."
    status = 403


class RateLimited(RequestError):
    """Too many requests; `retry_after_seconds` says when the next one is allowed."""

    code = "rate_limited"
    public = "Too many requests."
    status = 429
    retryable = True


class ModelNotPriced(RequestError):
    """A budget counts, and nobody knows what this model costs."""

    code = "model_not_priced"
    public = "The model has no price here, and a budget has to count it."
    status = 403


class TooManyStreams(RequestError):
    """As many streams are open as may be; one of them has to end first."""

    code = "too_many_streams"
    public = "Too many streams are open."
    status = 429
    retryable = True


class BudgetReserved(RequestError):
    """The budget is not spent, but requests in flight hold what is left of it until their cost is known."""

    code = "budget_reserved"
    public = "The rest of the budget is reserved by requests that are being served."
    status = 429
    retryable = True


class BudgetExceeded(RequestError):
    """The money is spent; `retry_after_seconds` says when the budget starts anew."""

    code = "budget_exceeded"
    public = "The budget is spent."
    status = 429


class AccessUnavailable(GatewayError):
    """Keys, proofs or limits cannot be checked; nothing is let through."""

    code = "access_unavailable"
    public = "Access cannot be checked at the moment."
    status = 503
    retryable = True
