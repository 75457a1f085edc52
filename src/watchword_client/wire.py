"""Signed requests of one phone and the signed answers to them (spec.md 2, 4, 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from watchword_client import crypto, trust
from watchword_client.crypto import Json
from watchword_client.state import PhoneState
from watchword_client.store import Store
from watchword_client.transport import Transport
from watchword_client.trust import Unrecognised

CONFIG_SECONDS = 300.0
Fields = Callable[[], Mapping[str, Any]]


class Wire:
    """The phone's end of the line; it alone signs, and alone judges what the server signed."""

    def __init__(self, state: PhoneState, store: Store, transport: Transport) -> None:
        self.state = state
        self.store = store
        self.transport = transport
        self._config: tuple[float, Json] | None = None

    def save(self) -> None:
        """Writes the state, the clock's offset with it."""
        self.state.offset = self.transport.offset
        self.store.save(self.state.write())

    def config(self, *, fresh: bool = False) -> Json:
        """`/v1/config`, at most five minutes old; accepts or refuses its keys. Unrecognised when they are not ours."""
        now = self.transport.system.ticks()
        if self._config is not None and not fresh and now - self._config[0] < CONFIG_SECONDS:
            return self._config[1]
        self._config = None  # a server that was not recognised is asked anew before it gets anything else
        config = self.transport.get("/v1/config")
        if config.get("protocol") != trust.VERSION or config.get("iss") != self.state.iss:
            raise Unrecognised("fields")
        kept = trust.accept(self.state.iss, self.state.kept, config)
        self._config = (now, config)
        portal = str(config.get("portal", ""))
        if (kept, portal) != (self.state.kept, self.state.portal):
            self.state.kept, self.state.portal = kept, portal
            self.save()
        return config

    def answer(self, expected: str, answer: object) -> Json:
        """The verified content of a signed answer; asks for the chain of keys once when its key is a new one."""
        try:
            return trust.verify_answer(self.state.iss, expected, self.state.kept, answer)
        except Unrecognised as fault:
            if fault.reason != "kid":
                raise
        self.config(fresh=True)
        return trust.verify_answer(self.state.iss, expected, self.state.kept, answer)

    def signed(self, kind: str, fields: Mapping[str, Any]) -> Json:
        """`{"signed", "signature"}` of a message of type `kind`, now."""
        phone = {"phone": self.state.phone} if self.state.phone else {}
        signed = {"v": trust.VERSION, "type": kind, "iss": self.state.iss, **phone, **fields}
        signed["time"] = self.transport.time()
        return {"signed": signed, "signature": crypto.sign(self.state.key, signed)}

    def nonce(self) -> str:
        """16 random bytes."""
        return crypto.b64u(self.transport.system.entropy(16))

    def post(self, path: str, make: Callable[[], Json]) -> Json:
        """Posts what `make` makes anew for each try; keeps a clock's offset that was learnt on the way."""
        before = self.transport.offset
        try:
            return self.transport.post(path, make)
        finally:
            if self.transport.offset != before:
                self.save()

    def request(self, path: str, kind: str, fields: Fields = dict) -> Json:
        """A signed request without more beside it."""
        return self.post(path, lambda: self.signed(kind, fields()))
