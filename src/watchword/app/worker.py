"""`watchword worker`: the outbox and the housekeeping in a process of their own."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from watchword.app.server import IDLE_SECONDS, SWEEP_SECONDS
from watchword.app.wiring import Built
from watchword.flows import renewals
from watchword.outbound.dispatcher import KINDS


def run_worker(built: Built) -> None:
    """Work until a signal."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    swept = 0
    while not stop.is_set():
        handled = sum(built.dispatcher.run_once(kind) for kind in KINDS)
        now = built.kit.clock.now()
        if now - swept >= SWEEP_SECONDS:
            built.store.sweep(now)
            renewals.expire(built.kit)
            swept = now
        if not handled:
            stop.wait(IDLE_SECONDS["push"])
    built.close()
