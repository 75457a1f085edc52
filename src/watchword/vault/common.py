"""Common passwords, by the word lists of the package zxcvbn, loaded when the first new password is judged."""

from __future__ import annotations

import threading
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path


class CommonPasswords:
    """The thirty thousand passwords that people choose most; `in` asks for a word in lower case."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: frozenset[str] | None = None

    def __contains__(self, word: object) -> bool:
        return word in (self._words if self._words is not None else self._loaded())

    def _loaded(self) -> frozenset[str]:
        with self._lock:
            if self._words is None:
                self._words = frozenset(_listed())
            return self._words


def _listed() -> list[str]:
    """The one list that is wanted. The package itself is not imported: it would keep its other dictionaries in memory."""
    package = find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zxcvbn, whose word lists are needed, is not installed")
    spec = spec_from_file_location("zxcvbn_word_lists", Path(package.origin).with_name("frequency_lists.py"))
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("zxcvbn holds no frequency_lists.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    words: list[str] = module.FREQUENCY_LISTS["passwords"]
    return words
