"""`watchword worker`: the outbox and the housekeeping in a process of their own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from watchword.app.sealing import HEAD_SECONDS, SEAL_SECONDS
from watchword.app.server import IDLE_SECONDS, SWEEP_SECONDS
from watchword.app.wiring import Built
from watchword.flows import renewals
from watchword.outbound.dispatcher import KINDS

END_SECONDS = 15.0


def run_worker(built: Built) -> None:
    """Work until a signal."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    # The log has threads of its own: a gateway that does not answer must not hold up its second.
    beside = [
        threading.Thread(target=_keep, args=(stop, seconds, work), name="log", daemon=True)
        for seconds, work in ((SEAL_SECONDS, built.sealing.seal), (HEAD_SECONDS, built.sealing.heads))
    ]
    for thread in beside:
        thread.start()
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
    for thread in beside:
        thread.join(END_SECONDS)
    built.close()


def _keep(stop: threading.Event, seconds: float, work: Callable[[], bool]) -> None:
    while not stop.is_set():
        if not work():
            stop.wait(seconds)
