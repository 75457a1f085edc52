"""A real SMS gateway: Kannel's bearerbox and smsbox, with its fake SMSC as the network that the messages arrive at."""

from __future__ import annotations

import re
import shutil
import signal
from collections import defaultdict
from urllib.parse import unquote_to_bytes

from tests.support.process import Child, Died, answers, free_port, private_folder
from tests.support.programs import require

USERNAME, PASSWORD = "watchword", "swordfish"
_TRIES = 3
_LINE = re.compile(r"Got message \d+: <(.*)>$")
_HEAD = re.compile(r"(\S+) (\+?\d+) (text|ucs-2|data|udh) ?(.*)")

_CONFIGURATION = """\
group = core
admin-port = {admin}
admin-password = {password}
admin-interface = 127.0.0.1
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-type = file
store-location = {folder}/store
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
smsbox-id = box
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {username}
password = {password}
concatenation = true
max-messages = 10
"""


class Kannel:
    """The running gateway; `url` is its sendsms address."""

    def __init__(self) -> None:
        self._programs = {name: require(name) for name in ("bearerbox", "smsbox", "fakesmsc")}
        self.folder = private_folder("kannel")
        self._children: list[Child] = []
        for left in reversed(range(_TRIES)):
            try:
                self._start()
                return
            except BaseException as error:
                self._end_children()
                if left and isinstance(error, Died):
                    continue
                shutil.rmtree(self.folder, ignore_errors=True)
                raise

    def _start(self) -> None:
        ports = {name: free_port() for name in ("admin", "box", "smsc", "sendsms")}
        configuration = self.folder / "kannel.conf"
        text = _CONFIGURATION.format(**ports, folder=self.folder, username=USERNAME, password=PASSWORD)
        configuration.write_text(text, encoding="utf-8")
        bearerbox = self._child("bearerbox", configuration)
        bearerbox.wait_until(lambda: answers(ports["box"]))
        bearerbox.wait_for("FakeSMSC|fake.*(listen|Listen|open)|smsc.*fake", 10)
        # One message must come from the SMSC's side; after it, it only listens.
        start = ("-H", "127.0.0.1", "-r", str(ports["smsc"]), "-i", "86400", "-m", "1", "1 2 text hello")
        self._smsc = self._child("fakesmsc", *start)
        self._smsc.wait_for("sent message 1")
        self._box = self._child("smsbox", configuration)
        self._box.wait_until(lambda: answers(ports["sendsms"]))
        self.port = ports["sendsms"]
        self.url = f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"

    def _child(self, name: str, *arguments: object) -> Child:
        argv = [str(self._programs[name]), *map(str, arguments)]
        child = Child(argv, log=self.folder / f"{name}-{len(self._children)}.log", cwd=self.folder)
        self._children.append(child)
        return child

    def arrived(self, number: str, seconds: float = 10) -> str:
        """The text that arrived for a number, in whole: its parts put together by their headers."""
        text: list[str] = []

        def look() -> bool:
            found = _messages(self._smsc.output()).get(number)
            if found is not None:
                text[:] = [found]
            return found is not None

        self._smsc.wait_until(look, seconds)
        return text[0]

    def freeze(self) -> None:
        """The smsbox takes connections (the kernel does) and says nothing."""
        self._box.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._box.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the programs, nearest to the phone last, and remove the folder."""
        self._end_children()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_children(self) -> None:
        for child in reversed(self._children):
            child.stop(1)
        self._children.clear()


def _messages(log: str) -> dict[str, str]:
    """Texts by number, once all their parts are there. The fake SMSC's protocol has lines, so it logs a text line by line."""
    entries: list[str] = []
    for line in log.splitlines():
        if match := _LINE.search(line):
            if _HEAD.match(match.group(1)):
                entries.append(match.group(1))
            elif entries:
                entries[-1] += "\n" + match.group(1)
    texts: dict[str, str] = {}
    parts: defaultdict[tuple[str, int], dict[int, bytes]] = defaultdict(dict)
    for entry in entries:
        head, _, rest = entry.partition("\n")
        match = _HEAD.match(head)
        assert match is not None
        _, number, kind, content = match.groups()
        if kind == "text":
            texts[number] = content + ("\n" + rest if "\n" in entry else "")
        elif kind == "ucs-2":
            texts[number] = _decoded(content).decode("utf-16-be")
        elif kind == "udh":
            header, _, data = content.partition(" data ")
            # 3GPP TS 23.040 9.2.3.24.1: length, 00, 03, reference, how many, which
            _, _, _, reference, total, which = unquote_to_bytes(header)
            held = parts[number, reference]
            held[which] = _decoded(data)
            if len(held) == total:
                whole = b"".join(held[index] for index in sorted(held))
                # UCS-2 has a nought beside every ASCII letter, the GSM alphabet has none.
                texts[number] = whole.decode("utf-16-be" if b"\0" in whole else "utf-8")
    return texts


def _decoded(content: str) -> bytes:
    return unquote_to_bytes(content.replace("+", " "))
