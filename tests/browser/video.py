"""What the phone's camera sees: a clip in YUV4MPEG2 (one grey frame, shown over and over) made of a picture or of a QR code's modules."""

from __future__ import annotations

import base64
from pathlib import Path

import segno
from playwright.sync_api import Page

WIDTH, HEIGHT = 640, 480
_WHITE, _GREY = 235, 128

# The picture in the middle of a white page, as large as a phone held near a screen sees it; its brightness, one byte a pixel.
_BRIGHTNESS = """async ({png, width, height}) => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(png), c => c.charCodeAt(0))], {type: 'image/png'}))
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, width, height)
  const side = height * 0.8, scale = side / Math.max(picture.width, picture.height)
  pen.drawImage(picture, (width - picture.width * scale) / 2, (height - picture.height * scale) / 2, picture.width * scale, picture.height * scale)
  const dots = pen.getImageData(0, 0, width, height).data
  let grey = ''
  for (let i = 0; i < dots.length; i += 4) grey += String.fromCharCode(16 + Math.round((dots[i] * 0.2126 + dots[i + 1] * 0.7152 + dots[i + 2] * 0.0722) * 219 / 255))
  return btoa(grey)
}"""


def write(path: Path, luma: bytes) -> None:
    """The clip. `luma` has WIDTH × HEIGHT bytes."""
    assert len(luma) == WIDTH * HEIGHT
    frame = b"FRAME\n" + luma + bytes([_GREY]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)


def point_at(page: Page, selector: str, path: Path) -> None:
    """Point the camera at what the page shows there, pixel by pixel."""
    png = base64.b64encode(page.locator(selector).screenshot()).decode()
    blank = page.context.new_page()
    grey: str = blank.evaluate(_BRIGHTNESS, {"png": png, "width": WIDTH, "height": HEIGHT})
    blank.close()
    write(path, base64.b64decode(grey))


def point_at_text(text: str, path: Path) -> None:
    """Point the camera at a QR code that says this, printed by somebody else."""
    modules = [bytes(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=4)]
    side = HEIGHT // len(modules)
    left, top = (WIDTH - side * len(modules)) // 2, (HEIGHT - side * len(modules)) // 2
    rows = [bytes([_WHITE]) * WIDTH] * HEIGHT
    for y, row in enumerate(modules):
        dots = b"".join(bytes([16 if dark else _WHITE]) * side for dark in row)
        line = bytes([_WHITE]) * left + dots + bytes([_WHITE]) * (WIDTH - left - len(dots))
        rows[top + y * side : top + (y + 1) * side] = [line] * side
    write(path, b"".join(rows))
