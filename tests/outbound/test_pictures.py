"""Pictures made anew: what goes in is decoded within limits, and nothing but pixels comes out (S07)."""

from __future__ import annotations

import io
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support import pictures
from watchword.core.cases import PICTURE_BYTES, Picture
from watchword.outbound.pictures import Pictures

MAKER = Pictures()


def opened(found: Picture | str) -> Image.Image:
    assert isinstance(found, Picture), found
    image = Image.open(io.BytesIO(found.data))
    image.load()
    assert image.size == (found.width, found.height)
    assert {"png": "PNG", "jpeg": "JPEG"}[found.kind] == image.format
    return image


def test_a_screenshot_keeps_its_pixels() -> None:
    given = pictures.noise(64, 48)
    image = opened(MAKER.remake(given))
    assert image.tobytes() == Image.open(io.BytesIO(given)).convert("RGB").tobytes()


def test_what_a_photograph_tells_beside_its_pixels_is_gone_and_it_stands_upright() -> None:
    given = pictures.jpeg(60, 40, orientation=6)
    assert pictures.PLACE.encode() in given and pictures.SCRIPT in given
    found = MAKER.remake(given)
    image = opened(found)
    assert image.size == (40, 60)
    assert not image.getexif() and set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert isinstance(found, Picture)
    for left in (pictures.PLACE.encode(), pictures.SCRIPT, b"Maker of cameras", b"Exif"):
        assert left not in found.data


@pytest.mark.parametrize("make", [pictures.polyglot, pictures.with_text])
def test_a_page_hidden_in_a_picture_does_not_come_out(make: object) -> None:
    given = make()  # type: ignore[operator]
    assert pictures.SCRIPT in given
    found = MAKER.remake(given)
    opened(found)
    assert isinstance(found, Picture) and b"script" not in found.data


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "1", "I;16", "P"])
def test_every_kind_of_png_comes_out_with_its_brightness(mode: str) -> None:
    source = Image.new("RGB", (8, 8), (200, 200, 200))
    given = (
        source.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else source.convert(mode)
    )
    out = io.BytesIO()
    given.save(out, "PNG")
    image = opened(MAKER.remake(out.getvalue())).convert("L")
    assert abs(int(image.getpixel((4, 4))) - 200) <= 60 or mode == "1"  # type: ignore[arg-type]


def test_what_is_clear_stays_clear() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 0)).save(out, "PNG")
    assert opened(MAKER.remake(out.getvalue())).mode == "RGBA"


def test_a_png_that_grows_too_large_when_it_is_made_anew_becomes_a_jpeg() -> None:
    """A palette of 256 colours takes a third of the bytes that the same pixels take without one."""
    chance = random.Random(1)
    many = Image.frombytes("P", (1700, 1700), chance.randbytes(1700 * 1700))
    many.putpalette(chance.randbytes(768))
    out = io.BytesIO()
    many.save(out, "PNG")
    assert len(out.getvalue()) < PICTURE_BYTES
    assert opened(MAKER.remake(out.getvalue())).format == "JPEG"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (b"", "type"), (b"GIF89a" + b"\0" * 100, "type"), (b"%PDF-1.7\n", "type"), (pictures.svg(), "type"), (pictures.SCRIPT, "type"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "type"), (b"\x89PNG\r\n\x1a\n", "broken"), (b"\xff\xd8\xff", "broken"), (b"\xff\xd8\xff" + pictures.SCRIPT, "broken"),
        (pictures.jpeg()[:-200], "broken"), (pictures.png()[:-30], "broken"), (pictures.png().replace(b"IDAT", b"IDAX"), "broken"),
        (pictures.bomb(30_000, 30_000), "pixels"), (pictures.bomb(4001, 3000), "pixels"), (pictures.bomb(20_000, 1), "pixels"),
        (pictures.bomb(0, 10), "broken"), (pictures.bomb(2000, 2000), "broken"), (pictures.text_bomb(), "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * PICTURE_BYTES, "bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_picture_within_the_limits_is_refused(given: bytes, fault: str) -> None:
    assert MAKER.remake(given) == fault


def test_a_promise_of_many_pixels_costs_no_memory() -> None:
    given = pictures.bomb(30_000, 30_000)
    tracemalloc.start()
    assert MAKER.remake(given) == "pixels"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_the_largest_picture_is_taken() -> None:
    assert isinstance(MAKER.remake(pictures.png(4000, 3000)), Picture)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_picture_with_bytes_changed_is_one_or_none_and_never_a_fault(data: st.DataObject) -> None:
    given = bytearray(data.draw(st.sampled_from((pictures.png(), pictures.jpeg(), pictures.with_text()))))
    for _ in range(data.draw(st.integers(1, 8))):
        given[data.draw(st.integers(0, len(given) - 1))] = data.draw(st.integers(0, 255))
    found = MAKER.remake(bytes(given[: data.draw(st.integers(0, len(given)))]))
    assert isinstance(found, Picture) or found in ("type", "broken", "pixels", "bytes")
