"""Every table, for SQLite and PostgreSQL alike. `migrations/` brings a database here; a test compares the two.

Ids are 26 characters, times whole seconds since the epoch (0 for never), hashes bytes, small lists JSON text. Columns stand in the
order of the dataclass they hold, so that a row becomes one by position. What a person typed is Text: PostgreSQL would refuse a
longer one in the middle of a transaction, SQLite would not.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql.type_api import TypeEngine

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

_SERIAL = BigInteger().with_variant(Integer(), "sqlite")


def _id(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, String(26), primary_key=primary, nullable=False)


def _text(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=primary, nullable=False)


def _word(name: str, length: int = 32) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _time(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False)


def _bytes(name: str, *, primary: bool = False, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=primary, nullable=nullable)


def _owner(*, primary: bool = False) -> Column[str]:
    return Column(
        "user_id", String(26), ForeignKey("users.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )


users = Table(
    "users",
    metadata,
    _id("id", primary=True),
    _text("username"),
    _text("username_key"),
    _text("display_name"),
    _text("given_name"),
    _word("lang"),
    _text("zone"),
    _word("state"),
    _text("password_hash"),
    _time("quiet_until"),
    _time("denied_at"),
    _time("created"),
    _time("flagged"),
    UniqueConstraint("username_key"),
)

user_details = Table("user_details", metadata, _owner(primary=True), _bytes("details"))

contacts = Table(
    "contacts",
    metadata,
    _id("id", primary=True),
    _owner(),
    _word("kind"),
    _bytes("value"),
    _bytes("value_mac"),
    _time("verified"),
    _flag("is_default"),
    _time("on_file"),
    Index(None, "user_id"),
    Index(None, "value_mac"),
)

password_tries = Table(
    "password_tries",
    metadata,
    _bytes("subject", primary=True),
    _text("client", primary=True),
    _count("wrong"),
    _count("locks"),
    _time("locked_until"),
    _count("total"),
    _time("touched"),
)

attempts = Table(
    "attempts",
    metadata,
    _id("id", primary=True),
    _id("user_id"),
    _text("username"),
    _text("client"),
    _word("state"),
    _bytes("collector_hash"),
    _text("bound_key"),
    _text("nonce"),
    _time("started"),
    _time("expires"),
    _text("address"),
    _text("place"),
    _text("network"),
    _text("network_key"),
    _text("browser"),
    _text("system"),
    _flag("place_new"),
    _flag("network_new"),
    _flag("browser_new"),
    _id("browser_id"),
    _flag("confirm"),
    _word("confirm_reason"),
    _id("device_id"),
    _text("asked"),
    _time("push_until"),
    _count("qr_turn"),
    _time("qr_until"),
    _word("challenge_state"),
    _count("challenge_turn"),
    _time("challenge_until"),
    _count("wrong"),
    _count("wrong_challenge"),
    _count("wrong_confirmation"),
    _time("decided"),
    _text("decided_by"),
    _text("amr"),
    _id("session_id"),
    _word("lang"),
    _bytes("qr_hash", nullable=True),
    Index(None, "collector_hash", unique=True),
    Index(None, "qr_hash", unique=True),
    Index(None, "user_id", "started"),
    Index(None, "started"),
    Index(None, "push_until"),
)

phones = Table(
    "phones",
    metadata,
    _id("id", primary=True),
    _word("state"),
    _bytes("key_x"),
    _bytes("key_y"),
    _text("name"),
    _text("platform"),
    _count("signed_wrong"),
    _count("offline_wrong"),
    _time("created"),
    _bytes("push", nullable=True),
    UniqueConstraint("key_x", "key_y"),
)

devices = Table(
    "devices",
    metadata,
    _id("id", primary=True),
    _owner(),
    _id("phone_id"),
    _word("kind"),
    _word("state"),
    _text("name"),
    _bytes("secret"),
    _count("wrong_signed"),
    _count("wrong_offline"),
    _time("created"),
    _time("last_used"),
    _bytes("recovery", nullable=True),
    Index(None, "user_id"),
    Index(None, "phone_id"),
)

enrolments = Table(
    "enrolments",
    metadata,
    _id("id", primary=True),
    _id("user_id"),
    _word("road"),
    _word("state"),
    _id("session_id"),
    _bytes("claim_hash"),
    _count("turn"),
    _bytes("qr_hash"),
    _bytes("code_hash"),
    _count("wrong"),
    _time("proved"),
    _id("contact_id"),
    _text("new_number"),
    _id("phone_id"),
    _id("device_id"),
    _text("platform"),
    _time("created"),
    _time("expires"),
    Index(None, "qr_hash"),
    Index(None, "code_hash"),
    Index(None, "session_id"),
    Index(None, "user_id"),
    Index(None, "expires"),
)

codes = Table(
    "codes",
    metadata,
    _id("id", primary=True),
    _id("user_id"),
    _word("purpose"),
    _text("subject"),
    _id("contact_id"),
    _bytes("mac"),
    _count("tries"),
    _time("expires"),
    _time("ended"),
    _time("sent"),
    Index(None, "subject", "purpose"),
    Index(None, "expires"),
)

sessions = Table(
    "sessions",
    metadata,
    _id("id", primary=True),
    _id("user_id"),
    _text("username"),
    _word("kind"),
    _text("client"),
    _bytes("token_hash"),
    _id("attempt_id"),
    _text("acr"),
    _text("amr"),
    _time("created"),
    _time("touched"),
    _time("idle_seconds"),
    _time("expires"),
    _time("ended"),
    _time("proved"),
    Index(None, "token_hash", unique=True),
    Index(None, "user_id"),
    Index(None, "expires"),
)

browsers = Table(
    "browsers",
    metadata,
    _id("id", primary=True),
    _id("user_id"),
    _text("networks"),
    _text("places"),
    _count("wrong"),
    _time("last_used"),
    _bytes("token_hash"),
    UniqueConstraint("user_id", "token_hash"),
)

claims = Table("claims", metadata, _text("claim", primary=True), _time("expires"), Index(None, "expires"))

rates = Table("rates", metadata, _text("key", primary=True), _text("stamps"), _time("expires"))

# `due` is when a dispatcher may take the letter, queued or left by one that died; NULL once it needs nobody.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _SERIAL, Identity(), primary_key=True),
    _word("kind"),
    _id("user_id"),
    _bytes("letter", nullable=True),
    _word("state"),
    _count("tries"),
    Column("due", BigInteger, nullable=True),
    _time("created"),
    _time("sent_at"),
    _text("detail"),
    Index(None, "due"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _SERIAL, Identity(), primary_key=True),
    _time("at"),
    _word("tag", 64),
    _id("user_id"),
    _text("subject"),
    _text("fields"),
    _text("commitments"),
    Index(None, "user_id", "at"),
    sqlite_autoincrement=True,
)

audit_personal = Table(
    "audit_personal",
    metadata,
    Column("audit_id", _SERIAL, ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _text("openings"),
)


def column_type(table: Table, name: str) -> TypeEngine[object]:
    """The type of a column, for a bound parameter that is set to it or compared with it."""
    return table.c[name].type
