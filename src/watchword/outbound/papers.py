"""Code cards as PDF, to print: one A4 page to read at a desk, one with a card of the usual size to cut out and fold.

Cells and numbers are in fonts that every reader of PDF has; Japanese headings name an Adobe-Japan1 font, which readers bring too, so that no
font has to be carried along (docs/adr/0025-cards-and-tokens.md).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Protocol

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

COLUMNS = 14
JAPANESE = "HeiseiKakuGo-W5"
_WIDTH, _HEIGHT = A4
_MARGIN = 18 * mm
_CARD = (85.6 * mm, 53.98 * mm)  # ISO/IEC 7810 ID-1
_ONCE = threading.Lock()


class Words(Protocol):
    """Texts in a language."""

    def plain(self, lang: str, key: str, **params: object) -> str: ...


class Papers:
    """Port `Papers`."""

    def __init__(self, words: Words) -> None:
        self._words = words
        with _ONCE:
            if JAPANESE not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))

    def card(self, lang: str, cells: Sequence[str], *, username: str, serial: str, until: str = "") -> bytes:
        """Two pages; compressed and without a date of their own, so that the same card is the same file."""
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4, invariant=1, lang=lang)
        title = self._words.plain(lang, "papers.title")
        canvas.setTitle(f"{title} {serial}".strip())
        lines = [self._words.plain(lang, "papers.of", username=username)]
        lines += [self._words.plain(lang, "papers.number", serial=serial)] if serial else []
        lines += [self._words.plain(lang, "papers.until", until=until)] if until else []
        self._page(canvas, lang, title, lines, cells)
        canvas.showPage()
        self._small(canvas, lang, f"{title} {serial}".strip(), cells)
        canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _font(self, lang: str, *, bold: bool = False) -> str:
        return JAPANESE if lang == "ja" else "Helvetica-Bold" if bold else "Helvetica"

    def _text(
        self, canvas: Canvas, lang: str, x: float, y: float, size: float, text: str, *, bold: bool = False
    ) -> None:
        """One line. What the built-in Latin fonts lack (a username is ASCII) falls to the Japanese one."""
        canvas.setFont(self._font("en" if text.isascii() else lang, bold=bold), size)
        canvas.drawString(x, y, text)

    def _page(self, canvas: Canvas, lang: str, title: str, lines: Sequence[str], cells: Sequence[str]) -> None:
        y = _HEIGHT - _MARGIN
        self._text(canvas, lang, _MARGIN, y, 17, title, bold=True)
        for line in lines:
            y -= 6 * mm
            self._text(canvas, lang, _MARGIN, y, 10.5, line)
        width = (_WIDTH - 2 * _MARGIN) / COLUMNS
        _grid(canvas, _MARGIN, y - 6 * mm, width, 11.5 * mm, cells, 1, 11)
        rows = -(-len(cells) // COLUMNS)
        y -= 6 * mm + rows * 11.5 * mm + 8 * mm
        for key in ("papers.how", "papers.once", "papers.keep"):
            self._text(canvas, lang, _MARGIN, y, 10, self._words.plain(lang, key))
            y -= 5.5 * mm

    def _small(self, canvas: Canvas, lang: str, title: str, cells: Sequence[str]) -> None:
        """The two sides, one above the other; folded at the line between them they lie back to back."""
        self._text(canvas, lang, _MARGIN, _HEIGHT - _MARGIN, 10, self._words.plain(lang, "papers.cut"))
        half = len(cells) // 2
        wide, high = _CARD
        top = _HEIGHT - _MARGIN - 10 * mm
        for side, first in enumerate((0, half)):
            below = top - side * high
            canvas.setLineWidth(0.4)
            canvas.setDash(2, 2)
            canvas.rect(_MARGIN, below - high, wide, high)
            canvas.setDash()
            self._text(canvas, lang, _MARGIN + 3 * mm, below - 4 * mm, 6, title)
            rows = -(-half // COLUMNS)
            size = (wide - 4 * mm) / COLUMNS, (high - 8 * mm) / rows
            _grid(canvas, _MARGIN + 2 * mm, below - 6 * mm, *size, cells[first : first + half], first + 1, 6.6)


def _grid(
    canvas: Canvas, left: float, top: float, width: float, height: float, cells: Sequence[str], first: int, size: float
) -> None:
    """Cells row by row, each under its number."""
    canvas.setLineWidth(0.25)
    for at, cell in enumerate(cells):
        x, y = left + at % COLUMNS * width, top - (at // COLUMNS + 1) * height
        canvas.rect(x, y, width, height)
        canvas.setFont("Helvetica", size * 0.6)
        canvas.drawString(x + size * 0.15, y + height - size * 0.65, str(first + at))
        canvas.setFont("Courier-Bold", size)
        canvas.drawCentredString(x + width / 2, y + size * 0.3, cell)
