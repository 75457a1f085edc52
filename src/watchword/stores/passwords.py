"""Earlier passwords of a person, and the answers to security questions: hashes only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete

from watchword.stores.database import Database
from watchword.stores.password_tables import password_history, security_answers
from watchword.stores.query import Query, adding, by, param

_H, _A = password_history, security_answers
_OF = Query(by(_H, "user_id", columns=["encoded"]).order_by(_H.c.id))
_ADD = adding(_H, ("user_id", "encoded", "replaced"))
_ANSWERS = Query(by(_A, "user_id", columns=["question", "encoded"]).order_by(_A.c.question))
_ADD_ANSWER = adding(_A)
_DROP_ANSWERS = Query(delete(_A).where(_A.c.user_id == param(_A.c.user_id)))


class History:
    """Port `History`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, user_id: str) -> tuple[str, ...]:
        """The hashes of every password that was replaced, oldest first."""
        return tuple(row[0] for row in self._db.all(_OF, user_id=user_id))

    def add(self, user_id: str, encoded: str, now: int) -> None:
        """One that is being replaced."""
        self._db.run(_ADD, user_id=user_id, encoded=encoded, replaced=now)


class SecurityAnswers:
    """Port `SecurityAnswers`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, user_id: str) -> tuple[tuple[str, str], ...]:
        """Pairs of question and hash of its answer."""
        return tuple((row[0], row[1]) for row in self._db.all(_ANSWERS, user_id=user_id))

    def replace(self, user_id: str, answers: Sequence[tuple[str, str]], now: int) -> None:
        """These in place of all there were."""
        self._db.run(_DROP_ANSWERS, user_id=user_id)
        for question, encoded in answers:
            self._db.run(_ADD_ANSWER, user_id=user_id, question=question, encoded=encoded, chosen=now)
