"""What a test may need to be so about a person, and no public interface of this version brings about."""

from __future__ import annotations

from sqlalchemy import update

from tests.support.installation import Installation, Person
from watchword.stores import tables


def set_user(here: Installation, who: Person, **values: object) -> None:
    """Set columns of a person's row."""
    with here.built.store.engine.begin() as connection:
        connection.execute(update(tables.users).where(tables.users.c.id == who.id).values(**values))
