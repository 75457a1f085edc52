"""The columns that tables are made of, the same in every table and on both databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Text

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

SERIAL = BigInteger().with_variant(Integer(), "sqlite")


def id_(name: str, *, primary: bool = False) -> Column[str]:
    """An id of 26 characters."""
    return Column(name, String(26), primary_key=primary, nullable=False)


def text(name: str, *, primary: bool = False) -> Column[str]:
    """Text of any length."""
    return Column(name, Text, primary_key=primary, nullable=False)


def word(name: str, length: int = 32) -> Column[str]:
    """A short word of ours."""
    return Column(name, String(length), nullable=False)


def time(name: str) -> Column[int]:
    """Whole seconds since the epoch, or a length in seconds; 0 for never."""
    return Column(name, BigInteger, nullable=False)


def count(name: str) -> Column[int]:
    """A small number."""
    return Column(name, Integer, nullable=False)


def flag(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean(create_constraint=False), nullable=False)


def bytes_(name: str, *, primary: bool = False, nullable: bool = False) -> Column[bytes]:
    """Bytes: a hash, or something sealed."""
    return Column(name, LargeBinary, primary_key=primary, nullable=nullable)


def owner(*, primary: bool = False) -> Column[str]:
    """The user whom a row belongs to; it goes with him."""
    return Column(
        "user_id", String(26), ForeignKey("users.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )
