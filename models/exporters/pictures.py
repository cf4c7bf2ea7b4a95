"""The pictures of the self-test: small, lossless, and drawn here so that every model file can carry them freely."""
import io
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from . import ExportError

MOST, MOST_BYTES = 100, 8 << 20
"""Pictures of a self-test, and bytes of one: the reader's limits."""


def default():
    """Four PNG files (bytes) that differ in shape and mode: odd sides, wide, upright with transparency, grey.

    They hold gradients, edges and round shapes, because on noise most networks answer nearly the same for every picture.
    """
    return [encode(picture) for picture in (_sunset(97, 61), _fruit(300, 200), _flag(120, 190), _rings(140, 101))]


def load(paths):
    """The self-test pictures in files: a PNG as it is, any other format made upright and stored as PNG."""
    return [_load(pathlib.Path(path)) for path in paths]


def encode(picture):
    """A Pillow image as PNG bytes."""
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def check(pictures):
    """Raises ExportError where the pictures break the reader's limits."""
    if not 1 <= len(pictures) <= MOST:
        raise ExportError(f"a self-test has 1 to {MOST} pictures, not {len(pictures)}")
    for i, data in enumerate(pictures):
        if len(data) > MOST_BYTES:
            raise ExportError(f"self-test picture {i} has {len(data)} bytes as PNG, the limit is {MOST_BYTES}: choose a smaller one")


def _load(path):
    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return data if picture.format == "PNG" else encode(ImageOps.exif_transpose(picture))
    except OSError as error:  # also Pillow's UnidentifiedImageError
        raise ExportError(f"cannot read the self-test picture {path}: {error}") from error


def _ramp(width, height):
    y, x = np.mgrid[0:height, 0:width]
    return x / (width - 1), y / (height - 1)


def _image(*channels):
    return Image.fromarray(np.stack([np.clip(c, 0, 255).round().astype(np.uint8) for c in channels], -1))


def _sunset(width, height):
    x, y = _ramp(width, height)
    picture = _image(250 - 90 * y, 90 + 110 * y * (1 - x), 60 + 150 * (1 - y))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.55, height * 0.3, width * 0.8, height * 0.7), fill=(255, 236, 150))
    draw.polygon([(0, height), (width * 0.3, height * 0.45), (width * 0.62, height)], fill=(40, 42, 60))
    return picture


def _fruit(width, height):
    x, y = _ramp(width, height)
    picture = _image(225 - 40 * y, 220 - 60 * y, 205 - 70 * y + 20 * np.sin(x * 25))
    draw = ImageDraw.Draw(picture)
    for step in range(24):  # a shaded ball: circles that grow smaller and lighter
        inset = step * 3
        draw.ellipse((70 + inset, 30 + inset * 0.8, 220 - inset * 1.1, 180 - inset * 1.3), fill=(170 + step * 3, 45 + step * 5, 20 + step * 3))
    draw.line((146, 34, 160, 8), fill=(80, 52, 25), width=7)
    draw.ellipse((158, 6, 205, 30), fill=(60, 130, 45))
    return picture


def _flag(width, height):
    x, y = _ramp(width, height)
    alpha = 255 * np.clip(1.6 - 2 * np.hypot(x - 0.5, y - 0.5), 0, 1)
    stripes = np.floor(y * 9) % 2
    picture = _image(30 + 200 * stripes, 60 + 150 * x, 200 - 160 * stripes * x, alpha)
    ImageDraw.Draw(picture).rectangle((20, 30, 70, 80), fill=(250, 210, 20, 255))
    return picture


def _rings(width, height):
    x, y = _ramp(width, height)
    distance = np.hypot(x - 0.4, (y - 0.5) * height / width)
    return Image.fromarray((127 + 120 * np.cos(22 * distance) * (1 - 0.5 * x)).round().astype(np.uint8))
