"""Pictures for tests: ordinary ones, and the kinds that are sent to do harm."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

PLACE = "Kitahama 1-2-3 Osaka"
SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def png(width: int = 60, height: int = 40, colour: str = "teal", *, mode: str = "RGB") -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int = 60, height: int = 40, *, orientation: int = 1) -> bytes:
    """A photograph with a place, a camera and a comment in it; with orientation 6 it lies on its side."""
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x010E] = PLACE
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (34.0, 41.0, 23.0)
    out = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(out, "JPEG", exif=exif.tobytes(), comment=SCRIPT)
    return out.getvalue()


def noise(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture that cannot be made small."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 100).convert("RGB").save(out, kind)
    return out.getvalue()


def with_text() -> bytes:
    """A PNG that carries a page in a text chunk."""
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Comment", SCRIPT.decode())
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def polyglot() -> bytes:
    """A whole PNG with a page behind its end: both to a parser of each."""
    return png() + SCRIPT


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises so many pixels."""
    return _png(width, height, zlib.compress(b"\0" * 1000))


def text_bomb() -> bytes:
    """A PNG whose note grows to 200 MB when it is read."""
    body = b"Comment\0\0" + zlib.compress(b"A" * (200 * 1024 * 1024), 9)
    start = png()
    cut = start.index(b"IDAT") - 4
    return start[:cut] + _chunk(b"zTXt", body) + start[cut:]


def svg() -> bytes:
    """A drawing that runs a script."""
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _png(width: int, height: int, data: bytes) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
