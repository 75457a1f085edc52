"""A QR code as one SVG path, so that a page needs no image and no inline style."""

from __future__ import annotations

import segno


def qr_path(text: str) -> tuple[int, str]:
    """(modules a side without quiet zone, path of the dark runs) of `text` at error level M (ISO/IEC 18004)."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    runs: list[str] = []
    for y, row in enumerate(matrix):
        x, width = 0, len(row)
        while x < width:
            if not row[x]:
                x += 1
                continue
            start = x
            while x < width and row[x]:
                x += 1
            runs.append(f"M{start} {y}h{x - start}v1H{start}z")
    return len(matrix), "".join(runs)
