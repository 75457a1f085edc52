"""Every setting, with its default; from environment variables `WATCHWORD_…` or a TOML file, the environment first.

Nested names are joined by two underscores: `hash.memory_kib` is `WATCHWORD_HASH__MEMORY_KIB`. docs/settings.md lists them all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from watchword.app.audit_settings import AuditSettings
from watchword.app.environment import CONFIG_VARIABLE
from watchword.app.limit_settings import LimitSettings
from watchword.app.order_settings import OrderSettings
from watchword.app.passkey_settings import PasskeySettings
from watchword.app.setting_group import Group
from watchword.app.sharing_settings import SharingSettings
from watchword.core.policy import OWN_CLIENTS

STRICT_LIFE_HOURS = 24
REDIS_SCHEMES = ("redis", "rediss", "unix")


class PortalSettings(Group):
    """The login portal."""

    url: str = Field(
        "http://portal.watchword.localhost:8400",
        description="Origin people type into their browser, without a trailing slash.",
    )


class KeySettings(Group):
    """Watchword Key, on an origin of its own."""

    url: str = Field(
        "http://key.watchword.localhost:8400",
        description="Origin of the phone app, without a trailing slash. It is the issuer in the phone protocol: changing it ends every activation.",
    )


class StaffSettings(Group):
    """The console of the institution's own people, on an origin of its own (docs/staff.md)."""

    url: str = Field(
        "http://staff.watchword.localhost:8400",
        description="Origin of the staff console, without a trailing slash; empty for none. Let your proxy serve it to your own network only.",
    )


class ListenSettings(Group):
    """Where the server listens."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(
        8400,
        description="Port to listen on, for portal, Key and console alike; they are told apart by the Host header.",
        ge=0,
        le=65535,
    )


class DatabaseSettings(Group):
    """Where the state lives."""

    url: str = Field(
        "",
        description="`sqlite:///path` or `postgresql://user@host/name`; empty for a SQLite file in `data_dir`.",
        repr=False,
    )
    pool: int = Field(12, description="Connections of one process at most.", ge=1, le=200)


class RedisSettings(Group):
    """Events between processes."""

    url: str = Field(
        "",
        description="`redis://host:6379/0` of Redis or Valkey; empty for none. Without it, several processes poll the database.",
        repr=False,
    )

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            fits = not url or (urlsplit(url).scheme in REDIS_SCHEMES and urlsplit(url).port != 0)
        except ValueError:
            # A port that is no number, or a password that was not written as an address takes it: the error's own words repeat it.
            fits = False
        if not fits:
            raise ValueError("an address such as redis://host:6379/0, rediss://host:6379/0 or unix:///path")
        return url


class HashSettings(Group):
    """Argon2id for passwords (docs/adr/0003-argon2.md) and the pool in front of it."""

    memory_kib: int = Field(
        19456, description="Memory of one hash in KiB. Under 19456 only with `environment` demo or test.", ge=8
    )
    passes: int = Field(2, description="Passes over that memory. Under 2 only with `environment` demo or test.", ge=1)
    lanes: int = Field(1, description="Lanes of one hash.", ge=1)
    threads: int = Field(
        0, description="Hashes at once in one process; 0 for as many as there are cores.", ge=0, le=256
    )
    waiting: int = Field(
        48,
        description="Logins that may wait for a hash in one process, from known browsers and from others each; more are refused with Retry-After.",
        ge=0,
        le=10_000,
    )
    patience: float = Field(
        1.2, description="Seconds a login may wait for its hash before it is refused with Retry-After.", gt=0, le=60
    )


class ThrottleSettings(Group):
    """Wrong passwords that one address or one network may type within an hour, whatever names they are for. Browsers that somebody has
    logged in with are exempt, so an office behind one address goes on working; a network is an autonomous system where `geo.asn_db` tells it,
    else a /24 or /48."""

    address_tries: int = Field(120, description="Wrong passwords from one address.", ge=1)
    address_names: int = Field(
        30, description="Different usernames among them; raise it for an address that thousands share.", ge=1
    )
    network_tries: int = Field(1500, description="Wrong passwords from one network.", ge=1)
    network_names: int = Field(300, description="Different usernames among them.", ge=1)


class GeoSettings(Group):
    """Place and network of an address, from MMDB files; without them they read "Not known" and count as new (docs/geo.md)."""

    city_db: str = Field("", description="Path of a city MMDB file.")
    asn_db: str = Field("", description="Path of an ASN MMDB file.")


class BrandSettings(Group):
    """The institution's own name and colour."""

    name: str = Field(
        "Watchword", description="Name shown on every page and in every message.", min_length=1, max_length=40
    )
    accent: str = Field(
        "",
        description="One colour, `#RRGGBB`; its variants are derived so that the contrast holds. Empty keeps the default.",
    )
    mark_url: str = Field(
        "", description="Address of one square SVG on the portal's origin; empty draws the built-in mark."
    )
    support_en: str = Field("+44 20 7946 0018", description="Support telephone number on English pages.")
    support_ja: str = Field("0120-000-018", description="Support telephone number on Japanese pages.")


class SmsSettings(Group):
    """SMS through a generic HTTP gateway (docs/sms.md)."""

    provider: Literal["none", "outbox", "http"] = Field(
        "none",
        description="`http` for a gateway, `outbox` to keep messages for the demonstration's page, `none` to send nothing.",
    )
    url: str = Field("", description="Address of the gateway.", repr=False)
    method: Literal["GET", "POST"] = Field("POST", description="HTTP method.")
    encoding: Literal["query", "form", "json"] = Field("form", description="Where the parameters go.")
    params: dict[str, str] = Field(
        {},
        description="Parameters: name to template with `{to}`, `{text}`, `{from}`, `{username}`, `{password}`, `{report}`.",
        repr=False,
    )
    unicode_params: dict[str, str] = Field(
        {},
        description='Parameters added for texts outside the GSM alphabet, such as `coding = "2"` for Kannel.',
        repr=False,
    )
    sender: str = Field("", description="What `{from}` stands for.")
    auth: Literal["none", "basic", "bearer", "header"] = Field(
        "none", description="How the gateway knows us; `none` where credentials are parameters."
    )
    username: str = Field("", description="User name for `{username}` and basic authentication.")
    password: str = Field("", description="Password, bearer token or header value.", repr=False)
    header: str = Field("", description='Name of the header that carries the password with `auth = "header"`.')
    headers: dict[str, str] = Field({}, description="Header fields sent with each request.", repr=False)
    success_status: list[int] = Field([200, 201, 202], description="HTTP statuses that mean taken.")
    permanent_pattern: str = Field(
        "", description="Pattern of an answer that says this number can never be reached; empty for none."
    )
    ca_file: str = Field("", description="PEM file of a private CA, where the gateway's certificate needs one.")
    success_pattern: str = Field(
        "", description="Pattern that the answer must match besides a 200, 201 or 202; empty for none."
    )
    report_states: dict[str, Literal["waiting", "delivered", "failed"]] = Field(
        {},
        description="Delivery reports: the gateway's words for a state, such as `1` of Kannel, to `waiting`, `delivered` or `failed`; empty for none.",
    )
    report_value: str = Field(
        "%d", description="What the gateway replaces by its word when it calls the address in `{report}`."
    )
    countries: list[str] = Field(
        [], description="Regions SMS may go to, such as `JP`; empty for all (toll fraud: set it)."
    )


class MailSettings(Group):
    """Mail over SMTP."""

    provider: Literal["none", "outbox", "smtp"] = Field(
        "none", description="`smtp`, `outbox` for the demonstration's page, or `none`."
    )
    host: str = Field("localhost", description="SMTP relay.")
    port: int = Field(587, description="Its port.")
    security: Literal["starttls", "tls", "plain"] = Field(
        "starttls", description="How the connection is protected; `plain` only to this machine."
    )
    username: str = Field("", description="User, where the relay wants one.")
    password: str = Field("", description="Its password.", repr=False)
    sender: str = Field("no-reply@localhost", description="From address; the brand's name stands before it.")
    ca_file: str = Field("", description="PEM file of a private CA, where the relay's certificate needs one.")


class PushSettings(Group):
    """Web Push to Key."""

    allowed_hosts: list[str] = Field(
        [],
        description="Push services beyond those of the large browsers: host, `.suffix`, or a whole origin for one in your own network.",
    )
    contact: str = Field("mailto:security@localhost", description="How push services can reach you (RFC 8292 `sub`).")


class PasswordSettings(Group):
    """New passwords, beside the rules of the profile."""

    breached_file: str = Field(
        "",
        description="Path of the list of breached passwords that `watchword passwords import` made; empty for none.",
    )


class RecoverySettings(Group):
    """Forgotten passwords."""

    delay_hours: int = Field(
        24,
        description="Hours after a recovery in which numbers, mail addresses, devices and security questions cannot be changed.",
        ge=1,
        le=168,
    )


class SessionSettings(Group):
    """Sessions of the portal (T01)."""

    idle_minutes: int = Field(
        15, description="Minutes without activity that end a portal session; it cannot be switched off.", ge=1, le=60
    )
    life_hours: int = Field(
        12,
        description="Hours after which a portal session ends whatever happens; 24 at most under `strict`.",
        ge=1,
        le=72,
    )


class ClientSettings(Group):
    """One platform that may log people in over the platform API."""

    name: str = Field(description="Name people see on their phone.")
    name_ja: str = Field("", description="The same for people whose language is Japanese; empty shows `name`.")
    idle_minutes: int = Field(
        60, description="Minutes without activity that end its sessions; it cannot be switched off.", ge=1, le=60
    )
    life_hours: int = Field(24, description="Hours after which its sessions end; `strict`: 24 at most.", ge=1, le=720)


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="WATCHWORD_", env_nested_delimiter="__", extra="forbid")

    environment: Literal["production", "demo", "test"] = Field(
        "production", description="`demo` and `test` allow cheap hashes and log that they do."
    )
    policy: Literal["broker", "strict"] = Field("broker", description="Policy profile.")
    data_dir: Path = Field(
        Path("watchword-data"), description="Folder of the key file and, without `database.url`, of the database."
    )
    key_file: str = Field(
        "", description="Path of the key file; empty for `keys.json` in `data_dir`. Made at first start; back it up."
    )
    staff_session: str = Field(
        "",
        description="Path of the file that keeps the session of `watchword staff login`; empty for `watchword/staff.json` in the user's configuration folder.",
    )
    workers: int = Field(1, description="Processes. More than one needs PostgreSQL.", ge=1, le=64)
    zone: str = Field("UTC", description="Time zone of pages before the person is known.")
    trusted_proxies: list[str] = Field(
        [], description="Networks whose Forwarded or X-Forwarded-For header is believed; empty for none."
    )
    proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        "x-forwarded-for",
        description="The one header that your proxy sets; the other is never read, since a client could bring it.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    portal: PortalSettings = PortalSettings()
    key: KeySettings = KeySettings()
    staff: StaffSettings = StaffSettings()
    listen: ListenSettings = ListenSettings()
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    hash: HashSettings = HashSettings()
    throttle: ThrottleSettings = ThrottleSettings()
    geo: GeoSettings = GeoSettings()
    brand: BrandSettings = BrandSettings()
    sms: SmsSettings = SmsSettings()
    mail: MailSettings = MailSettings()
    push: PushSettings = PushSettings()
    session: SessionSettings = SessionSettings()
    passwords: PasswordSettings = PasswordSettings()
    passkeys: PasskeySettings = PasskeySettings()
    recovery: RecoverySettings = RecoverySettings()
    limits: LimitSettings = LimitSettings()
    orders: OrderSettings = OrderSettings()
    sharing: SharingSettings = SharingSettings()
    audit: AuditSettings = AuditSettings()
    clients: Annotated[
        dict[str, ClientSettings], Field(description="Platforms by id, such as `[clients.terminal]`.")
    ] = {"terminal": ClientSettings(name="Terminal")}

    @field_validator("clients")
    @classmethod
    def _not_our_own(cls, clients: dict[str, ClientSettings]) -> dict[str, ClientSettings]:
        for taken in OWN_CLIENTS:
            if taken in clients:
                raise ValueError(f"the id `{taken}` is taken: it is a client of Watchword itself")
        return clients

    @model_validator(mode="after")
    def _a_day_at_most(self) -> Settings:
        """Under `strict` nobody stays logged in for longer than a day (SP 800-63B-4 section 2.2.3)."""
        ends = {f"clients.{name}": one.life_hours for name, one in self.clients.items()}
        ends["session"] = self.session.life_hours
        longer = sorted(name for name, hours in ends.items() if hours > STRICT_LIFE_HOURS)
        if self.policy == "strict" and longer:
            named = ", ".join(f"{name}.life_hours" for name in longer)
            raise ValueError(f"{named}: {STRICT_LIFE_HOURS} hours at most under the policy `strict`")
        return self

    @property
    def database_url(self) -> str:
        """The database in use."""
        return self.database.url or f"sqlite:///{self.data_dir / 'watchword.db'}"

    @property
    def log_origin(self) -> str:
        """What the sealed log is called."""
        return self.audit.origin or f"{self.portal.url.partition('://')[2]}/audit"

    @property
    def keys_path(self) -> Path:
        """The key file in use."""
        return Path(self.key_file) if self.key_file else self.data_dir / "keys.json"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource, file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        path = os.environ.get(CONFIG_VARIABLE, "")
        toml: tuple[PydanticBaseSettingsSource, ...] = (
            (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        )
        return (init_settings, env_settings, *toml)


def load(**overrides: Any) -> Settings:
    """The settings in force. Raises pydantic.ValidationError that names each fault."""
    return Settings(**overrides)
