"""What adding a passkey needs from outside."""

from __future__ import annotations

from typing import Protocol

from fido2.webauthn import AttestationObject


class Makers(Protocol):
    """What makers of authenticators say of their models, and which models the operator takes."""

    def judge(self, statement: AttestationObject, client_hash: bytes, now: int) -> str:
        """ "" where the statement holds and its model may be added; else one word: `model_silent`, `model_unknown`, `model_statement`, `model_withdrawn`,
        `model_barred`. `client_hash` is the SHA-256 of the client data, `now` in seconds since the epoch."""
        ...

    def name(self, aaguid: bytes, lang: str) -> str:
        """What a model is called, "" where it is not known."""
        ...
