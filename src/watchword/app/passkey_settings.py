"""The settings of passkeys."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field, field_validator, model_validator

from watchword.app.setting_group import Group


class PasskeySettings(Group):
    """Passkeys and security keys (docs/operator-guide.md, "Passkeys")."""

    rp_id: str = Field(
        "",
        description="Host that passkeys are bound to: the portal's, or a parent of it that you own. Empty for the longest name that portal and "
        "staff console share. Changing it ends every passkey.",
    )
    passwordless: bool = Field(
        True,
        description="Offer to log in to the portal with a username and a passkey, without the password. The passkey verifies the person, so it is "
        "two elements by itself.",
    )
    related: bool = Field(
        False,
        description="Let the staff console use the passkeys although its host lies outside `rp_id`: browsers that know related origins ask "
        "`https://<rp_id>/.well-known/webauthn`, which the portal answers on its own host. Others cannot use passkeys there.",
    )
    mds_file: str = Field(
        "",
        description="Path of a FIDO Metadata Service BLOB, the signed list of makers that you download. With it a passkey needs the statement of its maker, "
        "so synced passkeys are refused. Read at start. Empty asks for no statement.",
    )
    mds_root_file: str = Field(
        "",
        description="PEM file of the root certificate that the BLOB is signed under; needed with `passkeys.mds_file`.",
    )
    mds_signer: str = Field(
        "mds.fidoalliance.org",
        description="Host that the certificate which signed the BLOB must be for: the root serves many others too.",
        min_length=1,
    )
    allow: list[str] = Field(
        [],
        description="Models that may be added, by their AAGUIDs such as `cb69481e-8ff7-4039-93ec-0a2729a154a8`; empty for every model in the BLOB. "
        "Withdrawn ones are refused in any case.",
    )

    @field_validator("allow")
    @classmethod
    def _aaguids(cls, allow: list[str]) -> list[str]:
        try:
            return [str(UUID(one)) for one in allow]
        except ValueError as wrong:
            raise ValueError("AAGUIDs, such as cb69481e-8ff7-4039-93ec-0a2729a154a8") from wrong

    @model_validator(mode="after")
    def _together(self) -> PasskeySettings:
        if self.mds_file and not self.mds_root_file:
            raise ValueError("mds_file needs mds_root_file, the certificate that it is signed under")
        if self.allow and not self.mds_file:
            raise ValueError(
                "allow needs mds_file: without statements of makers every passkey may call itself any model"
            )
        return self
