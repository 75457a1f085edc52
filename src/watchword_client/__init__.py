"""Watchword's protocol from the outside: the phone Key, and the login of a platform, as objects and as commands."""

from watchword_client.activation import PinForbidden, Ready
from watchword_client.approval import Attempt, Decision, Pending
from watchword_client.login import Login, PlatformLogin, Session
from watchword_client.phone import ConfirmationNeeded, NoSuchUser, Phone
from watchword_client.pins import Unlocked
from watchword_client.refusal import NoConnection, Refusal, Refused
from watchword_client.renewals import NothingUnfinished, Renewal, Unfinished
from watchword_client.state import User
from watchword_client.store import FileStore, MemoryStore, Store, Unreadable
from watchword_client.system import System
from watchword_client.transport import http_client
from watchword_client.trust import Unrecognised
from watchword_client.typed import Mistyped

__all__ = [
    "Attempt",
    "ConfirmationNeeded",
    "Decision",
    "FileStore",
    "Login",
    "MemoryStore",
    "Mistyped",
    "NoConnection",
    "NoSuchUser",
    "NothingUnfinished",
    "Pending",
    "Phone",
    "PinForbidden",
    "PlatformLogin",
    "Ready",
    "Refusal",
    "Refused",
    "Renewal",
    "Session",
    "Store",
    "System",
    "Unfinished",
    "Unlocked",
    "Unreadable",
    "Unrecognised",
    "User",
    "http_client",
]
