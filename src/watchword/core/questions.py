"""Security questions: which there are, what an answer must be, and the form in which answers are compared (S04, H02)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

QUESTIONS = (
    "first_street", "first_teacher", "childhood_friend", "first_concert", "first_job_place", "favourite_dish",
    "first_trip", "childhood_toy", "grandparent_town", "first_film", "dream_job", "favourite_book",
)  # fmt: skip
CHOSEN = 3
SHORTEST, LONGEST = 3, 100


def normal(answer: str) -> str:
    """The form that is hashed: compatibility forms, case and blanks do not matter."""
    folded = unicodedata.normalize("NFKC", answer).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def faults(chosen: Sequence[str], answers: Sequence[str], *, texts: Sequence[str], username: str) -> tuple[str, ...]:
    """Codes of what is wrong with a choice, in reading order; empty when it is fine.

    `texts` are the questions' words, in the order of `chosen`, in one language after the other. Codes: `count`, `twice`, `short`, `long`, `same`,
    `question`, `username`.
    """
    if len(chosen) != CHOSEN or len(answers) != CHOSEN or any(one not in QUESTIONS for one in chosen):
        return ("count",)
    given = [normal(answer) for answer in answers]
    asked = [normal(text).rstrip("?？") for text in texts]
    wrong = {
        "twice": len(set(chosen)) < CHOSEN,
        "short": any(len(one) < SHORTEST for one in given),
        "long": any(len(one) > LONGEST for one in given),
        "same": len(set(given)) < CHOSEN,
        "question": any(_repeats(one, text) for one, text in zip(given * 2, asked, strict=False)),
        "username": any(one == normal(username) for one in given),
    }
    return tuple(code for code, is_so in wrong.items() if is_so)


def _repeats(answer: str, text: str) -> bool:
    """Whether an answer only says a part of its question again. Japanese writes no blanks between words."""
    return bool(answer) and (answer == text or answer in text.split() or (not answer.isascii() and answer in text))
