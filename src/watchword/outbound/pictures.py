"""Pictures that people attach: decoded within limits, then made anew from their pixels.

What is kept is never the bytes that were uploaded, so nothing that hides beside the pixels survives: markup behind a PNG's end, a script in a
comment, the place in the EXIF of a photograph. Only PNG and JPEG are opened at all; Pillow's other decoders are not reached.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Mapping
from types import MappingProxyType

from PIL import Image, ImageOps

from watchword.core.cases import PICTURE_BYTES, PICTURE_PIXELS, Picture

_FORMATS: Mapping[bytes, str] = MappingProxyType({b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"})
_LONGEST_EDGE = 16_384
_AT_ONCE = 2  # a picture of the largest size takes about 100 MB while it is made anew
_QUALITY = 88


class Pictures:
    """Port `Pictures`."""

    def __init__(self) -> None:
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def remake(self, data: bytes) -> Picture | str:
        """The picture anew, or why not: `type`, `broken`, `pixels` or `bytes`."""
        if len(data) > PICTURE_BYTES:
            return "bytes"
        kind = next((name for start, name in _FORMATS.items() if data.startswith(start)), "")
        if not kind:
            return "type"
        with self._turn:
            try:
                return _remade(data, kind)
            except (Image.DecompressionBombError, Image.DecompressionBombWarning):
                return "pixels"
            except (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error, MemoryError):
                return "broken"  # what Pillow's decoders raise on bytes that are no picture


def _remade(data: bytes, kind: str) -> Picture | str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=(kind,)) as looked:
            if _too_many(looked.size):
                return "pixels"  # from the header: no pixel has been decoded
            looked.verify()  # checksums of every chunk; the object is good for nothing afterwards
        with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
            if opened.format not in (kind, "MPO") or _too_many(
                opened.size
            ):  # MPO: a photograph with a second one behind it
                return "broken"
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    return _encoded(upright, kind)


def _too_many(size: tuple[int, int]) -> bool:
    width, height = size
    return not (0 < width <= _LONGEST_EDGE and 0 < height <= _LONGEST_EDGE) or width * height > PICTURE_PIXELS


def _encoded(picture: Image.Image, kind: str) -> Picture | str:
    """PNG stays PNG, unless that takes too many bytes; then, as for a JPEG, a JPEG on white."""
    plain = _pixels_only(picture, "RGBA" if kind == "PNG" and _has_alpha(picture) else "RGB")
    if kind == "PNG":
        data = _saved(plain, "PNG", compress_level=6)
        if len(data) <= PICTURE_BYTES:
            return Picture("png", data, *plain.size)
        plain = _on_white(plain)
    data = _saved(plain, "JPEG", quality=_QUALITY)
    return Picture("jpeg", data, *plain.size) if len(data) <= PICTURE_BYTES else "bytes"


def _has_alpha(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _pixels_only(picture: Image.Image, mode: str) -> Image.Image:
    """The pixels alone: a new image takes no profile, comment or other note of the old one with it."""
    if picture.mode.startswith("I"):  # 16 bits a pixel, all of them grey
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    converted = picture.convert(mode)
    fresh = Image.new(mode, converted.size)
    fresh.paste(converted)
    return fresh


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
