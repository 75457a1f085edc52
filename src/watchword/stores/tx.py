"""One transaction as the flows see it: every repository on one connection. They are made when asked for; making one costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchword.flows.ports import Vault
from watchword.stores.attempts import Attempts
from watchword.stores.audit import Audit, Commit
from watchword.stores.audit_reading import AuditReading
from watchword.stores.browsers import Browsers
from watchword.stores.callers import Callers
from watchword.stores.cases import Cases
from watchword.stores.challenges import Challenges
from watchword.stores.claims import Claims
from watchword.stores.codes import Codes
from watchword.stores.console import Drafts, Links
from watchword.stores.contacts import Contacts
from watchword.stores.database import Database
from watchword.stores.devices import Devices
from watchword.stores.enrolments import Enrolments
from watchword.stores.limits import OwnLimits
from watchword.stores.outbox import Outbox
from watchword.stores.passwords import History, SecurityAnswers
from watchword.stores.phones import Phones
from watchword.stores.protection import Protection
from watchword.stores.rates import Rates
from watchword.stores.recoveries import Recoveries
from watchword.stores.renewals import Renewals
from watchword.stores.sealed_log import SealedLog
from watchword.stores.sessions import Sessions
from watchword.stores.sharings import Sharings
from watchword.stores.staff import Staff
from watchword.stores.tokens import Orders, Tokens
from watchword.stores.tries import TryCounters
from watchword.stores.users import Users
from watchword.stores.withdrawals import Withdrawals


@dataclass(frozen=True, slots=True)
class Keys:
    """What needs a key or randomness: sealing, and commitments of personal audit fields."""

    vault: Vault
    commit: Commit


class SqlTx:
    """Port `Tx`."""

    __slots__ = ("_keys", "afterwards", "db")

    def __init__(self, db: Database, keys: Keys) -> None:
        self.db = db
        self._keys = keys
        self.afterwards: list[Callable[[], None]] = []

    def after(self, action: Callable[[], None]) -> None:
        """Run `action` once this transaction has committed, and never where it does not."""
        self.afterwards.append(action)

    @property
    def users(self) -> Users:
        """Users and their details."""
        return Users(self.db, self._keys.vault)

    @property
    def contacts(self) -> Contacts:
        """Numbers and mail addresses."""
        return Contacts(self.db, self._keys.vault)

    @property
    def tries(self) -> TryCounters:
        """Wrong passwords."""
        return TryCounters(self.db)

    @property
    def attempts(self) -> Attempts:
        """Login attempts."""
        return Attempts(self.db)

    @property
    def phones(self) -> Phones:
        """Installed apps."""
        return Phones(self.db, self._keys.vault)

    @property
    def devices(self) -> Devices:
        """A user's Key on a phone."""
        return Devices(self.db, self._keys.vault)

    @property
    def enrolments(self) -> Enrolments:
        """Enrolments of Key."""
        return Enrolments(self.db)

    @property
    def renewals(self) -> Renewals:
        """New PINs, transfers, recoveries."""
        return Renewals(self.db)

    @property
    def codes(self) -> Codes:
        """Codes that were sent."""
        return Codes(self.db)

    @property
    def sessions(self) -> Sessions:
        """Sessions."""
        return Sessions(self.db)

    @property
    def browsers(self) -> Browsers:
        """Device cookies."""
        return Browsers(self.db)

    @property
    def history(self) -> History:
        """Earlier passwords."""
        return History(self.db)

    @property
    def answers(self) -> SecurityAnswers:
        """Answers to security questions."""
        return SecurityAnswers(self.db)

    @property
    def recoveries(self) -> Recoveries:
        """Recoveries of forgotten passwords."""
        return Recoveries(self.db)

    @property
    def claims(self) -> Claims:
        """What can be spent once."""
        return Claims(self.db)

    @property
    def challenges(self) -> Challenges:
        """Questions that wait for an answer."""
        return Challenges(self.db)

    @property
    def protection(self) -> Protection:
        """Allowed networks, notices for phones, tries by network."""
        return Protection(self.db)

    @property
    def rates(self) -> Rates:
        """Sliding windows."""
        return Rates(self.db)

    @property
    def outbox(self) -> Outbox:
        """Letters to be sent."""
        return Outbox(self.db, self._keys.vault)

    @property
    def audit(self) -> Audit:
        """The audit table."""
        return Audit(self.db, self._keys.commit)

    @property
    def sealed(self) -> SealedLog:
        """The sealed log over it."""
        return SealedLog(self.db)

    @property
    def audit_reading(self) -> AuditReading:
        """The audit, searched and verified."""
        return AuditReading(self.db)

    @property
    def staff(self) -> Staff:
        """Staff and their requests."""
        return Staff(self.db, self._keys.vault)

    @property
    def drafts(self) -> Drafts:
        """Forms of the console that wait."""
        return Drafts(self.db, self._keys.vault)

    @property
    def links(self) -> Links:
        """One-time links for the first administrators."""
        return Links(self.db)

    @property
    def callers(self) -> Callers:
        """Proofs on the telephone."""
        return Callers(self.db)

    @property
    def cases(self) -> Cases:
        """The message centre."""
        return Cases(self.db, self._keys.vault)

    @property
    def orders(self) -> Orders:
        """Orders of cards and tokens."""
        return Orders(self.db)

    @property
    def tokens(self) -> Tokens:
        """The stock of tokens."""
        return Tokens(self.db, self._keys.vault)

    @property
    def sharings(self) -> Sharings:
        """Devices that are shared."""
        return Sharings(self.db)

    @property
    def own_limits(self) -> OwnLimits:
        """Limits of single accounts."""
        return OwnLimits(self.db)

    @property
    def withdrawals(self) -> Withdrawals:
        """Withdrawals."""
        return Withdrawals(self.db, self._keys.vault)
