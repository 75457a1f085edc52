"""Device cookies: one user in one browser, given after a complete login, with a count of wrong passwords of its own."""

from __future__ import annotations

from sqlalchemy import delete, update

from watchword.flows.ports import Browser
from watchword.stores import tables
from watchword.stores.database import Database, Row
from watchword.stores.query import Query, adding, by, param, setting
from watchword.stores.rows import packed, unpacked

_T = tables.browsers
_COLUMNS = tuple(column.name for column in _T.c if column.name != "token_hash")
_ID = _T.c.id == param(_T.c.id)

_BY_TOKEN = Query(by(_T, "user_id", "token_hash", columns=_COLUMNS))
_BY_ID = Query(by(_T, "id", columns=_COLUMNS))
_OF_USER = Query(by(_T, "user_id", columns=_COLUMNS))
_ADD = adding(_T)
_RENAME = Query(setting(_T, ["token_hash"]).where(_ID))
_LEARN = Query(setting(_T, ["networks", "places", "last_used", "wrong"]).where(_ID))
_FORGET_ALL = Query(delete(_T).where(_T.c.user_id == param(_T.c.user_id), _T.c.id != param(_T.c.id, "but")))
_MISS = Query(update(_T).values(wrong=_T.c.wrong + 1).where(_ID))


class Browsers:
    """Port `Browsers`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_token(self, user_id: str, token_hash: bytes) -> Browser | None:
        """This user's browser with that cookie; another user's is nobody's."""
        return _browser(self._db.one(_BY_TOKEN, user_id=user_id, token_hash=token_hash))

    def get(self, browser_id: str) -> Browser | None:
        """By id."""
        return _browser(self._db.one(_BY_ID, id=browser_id))

    def of_user(self, user_id: str) -> tuple[Browser, ...]:
        """Every browser that this user has logged in with."""
        return tuple(browser for row in self._db.all(_OF_USER, user_id=user_id) if (browser := _browser(row)))

    def add(self, browser: Browser, token_hash: bytes) -> None:
        """A new cookie. Raises Duplicate for an id or a token that exists."""
        self._db.run(
            _ADD,
            id=browser.id,
            user_id=browser.user_id,
            networks=packed(browser.networks),
            places=packed(browser.places),
            wrong=browser.wrong,
            last_used=browser.last_used,
            token_hash=token_hash,
        )

    def rename(self, browser_id: str, token_hash: bytes) -> None:
        """Give it a new token; the old one is unknown from now on."""
        self._db.run(_RENAME, id=browser_id, set_token_hash=token_hash)

    def learn(self, browser: Browser) -> None:
        """After a complete login: its networks, places and last use are as given, its wrong passwords forgiven."""
        self._db.run(
            _LEARN,
            id=browser.id,
            set_networks=packed(browser.networks),
            set_places=packed(browser.places),
            set_last_used=browser.last_used,
            set_wrong=0,
        )

    def forget_all(self, user_id: str, *, but: str = "") -> int:
        """Forget every browser of a user, except `but`; how many there were."""
        return self._db.run(_FORGET_ALL, user_id=user_id, but=but)

    def miss(self, browser_id: str) -> None:
        """One more wrong password from it."""
        self._db.run(_MISS, id=browser_id)


def _browser(row: Row | None) -> Browser | None:
    return None if row is None else Browser(row[0], row[1], unpacked(row[2]), unpacked(row[3]), row[4], row[5])
