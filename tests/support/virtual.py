"""Chromium's virtual authenticators, plugged into a page over the DevTools protocol (WebAuthn section 11)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Page


class Virtual:
    """One authenticator at one page. `platform` is built in, otherwise it is a security key by `transport`: `usb`, `nfc`, or `cable`, a phone
    that was reached by the browser's own QR code."""

    def __init__(
        self,
        page: Page,
        *,
        platform: bool = True,
        uv: bool = True,
        verified: bool = True,
        synced: bool = False,
        transport: str = "usb",
    ) -> None:
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        options: dict[str, Any] = {
            "protocol": "ctap2", "transport": "internal" if platform else transport, "hasResidentKey": platform or transport == "cable", "hasUserVerification": uv,
            "isUserVerified": verified, "automaticPresenceSimulation": True, "defaultBackupEligibility": synced,
            "defaultBackupState": synced,
        }  # fmt: skip
        self.id: str = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verifies(self, verified: bool) -> None:
        """Whether its PIN or fingerprint fits from now on."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})

    def credentials(self) -> list[dict[str, Any]]:
        """What is on it, private keys included."""
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def put(self, credential: dict[str, Any], **changes: Any) -> None:
        """A credential of another one, as a copy of it: the same key and its own count from here on."""
        self.cdp.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": {**credential, **changes}})

    def unplug(self) -> None:
        """Take it away."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})
