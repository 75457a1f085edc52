"""The settings of the sealed log."""

from __future__ import annotations

from pydantic import Field, field_validator

from watchword.app.setting_group import Group
from watchword.core.checkpoints import usable_origin


class AuditSettings(Group):
    """The sealed log of the audit, and where its signed heads are kept outside of the database (docs/audit.md)."""

    origin: str = Field(
        "",
        description="Name of the log in its heads, without blanks and plus signs; empty for the portal's host with `/audit`. Another name, another log.",
    )
    heads_file: str = Field(
        "",
        description="File that every signed head is appended to, or, with a slash at its end, folder that gets a file for each; empty for none.",
    )
    heads_url: str = Field(
        "", description="`https://` address that every signed head is posted to; empty for none.", repr=False
    )
    heads_token: str = Field("", description="Bearer token for that address; empty for none.", repr=False)
    heads_ca_file: str = Field("", description="PEM file of a private CA, where that address's certificate needs one.")
    heads_seconds: int = Field(
        60,
        description="Seconds between two heads at least. There is one only when something was written down, and always one of the last.",
        ge=1,
        le=86_400,
    )

    @field_validator("origin")
    @classmethod
    def _usable(cls, origin: str) -> str:
        if origin and not usable_origin(origin):
            raise ValueError("printable ASCII without blanks and plus signs, such as login.example.com/audit")
        return origin

    @field_validator("heads_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        if url and not url.startswith("https://"):
            raise ValueError("an https:// address")
        return url
