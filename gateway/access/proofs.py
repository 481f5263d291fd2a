"""Proofs of possession, with what they need to be remembered: used proofs, and the nonces' key.

Laws:
1. A proof is good once, on all replicas. It is remembered last, after everything else about it held.
2. Nonces belong to one generation of the store that remembers: once that store lost its data, proofs from before, which
   it would take a second time, have a nonce that is none any more; without nonces their time says so.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress

from gateway.auth.dpop import Nonces, Proof, ProofRequest, Verifier
from gateway.errors.access import AccessUnavailable, InvalidProof, UseNonce
from gateway.errors.stores import StoreUnavailable
from gateway.stores.store import Shared


class Proofs:
    """One a process.

    Args:
        verifier: checks what a proof says.
        shared: remembers used proofs.
        key: nonces are made with.
        nonces: proofs need them.
        now: seconds since 1970.
    """

    def __init__(
        self, verifier: Verifier, shared: Shared, key: bytes, *, nonces: bool, now: Callable[[], float]
    ) -> None:
        self._verifier, self._shared, self._key, self._has_nonces, self._now = verifier, shared, key, nonces, now
        self._generation = ""
        self._not_before = 0.0

    @property
    def algorithms(self) -> Sequence[str]:
        """That a proof may be signed by, as they are advertised."""
        return self._verifier.algorithms

    async def check(self, request: ProofRequest) -> Proof:
        """Check a proof, and use it up.

        Raises:
            InvalidProof, InvalidToken, UseNonce: it does not hold, or was used before.
            AccessUnavailable: nobody knows whether it was.
        """
        if not self._generation:
            await self._learn()
        proof = self._verifier.verify(request)
        if proof.made_at < self._not_before:
            raise InvalidProof
        is_first, generation = await self._claimed(proof)
        if generation != self._generation:
            self._adopt(generation)
            # Another proof of this key may have been used in the memory that is lost: this one may be a copy.
            raise UseNonce if self._has_nonces else InvalidProof
        if not is_first:
            raise InvalidProof
        return proof

    async def nonce(self) -> str:
        """A nonce for the next proof; empty where none is needed.

        Raises:
            AccessUnavailable: the store cannot be asked which generation it is.
        """
        if not self._has_nonces:
            return ""
        if not self._generation:
            await self._learn()
        nonces = self._verifier.nonces
        return nonces.issue(self._now()) if nonces is not None else ""

    async def _claimed(self, proof: Proof) -> tuple[bool, str]:
        try:
            return await self._shared.claim_within(f"dpop:{proof.replay_key.hex()}", proof.seconds_to_live)
        except StoreUnavailable:
            pass
        raise AccessUnavailable(retry_after_seconds=1)

    async def _learn(self) -> None:
        generation = ""
        with suppress(StoreUnavailable):
            generation = await self._shared.generation()
        if not generation:
            raise AccessUnavailable(retry_after_seconds=1)
        self._adopt(generation)

    def _adopt(self, generation: str) -> None:
        self._generation = generation
        if self._has_nonces:
            self._verifier.nonces = Nonces(hmac.digest(self._key, generation.encode(), hashlib.sha256))
        else:
            born = generation.partition("-")[0]
            self._not_before = int(born) / 1e6 if born.isdecimal() else self._now()
