"""The reference pipeline: what a manifest's `input` means, in Pillow and torchvision. The Java side must give the same numbers."""
import io

import torch
from PIL import Image, ImageOps

from . import import_torchvision

import_torchvision()
from torchvision.transforms import InterpolationMode  # noqa: E402 (after the import above has made it possible)
from torchvision.transforms import functional  # noqa: E402

MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def decode(data, spec):
    """PNG (or any Pillow) bytes to an upright RGB image. `spec` is the manifest's `input`."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        if spec["orientation"] == "exif":
            picture = ImageOps.exif_transpose(picture)
        if spec["alpha"] == "white" and picture.has_transparency_data:
            picture = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, (255, 255, 255, 255)), picture)
        return picture.convert("RGB")


def resize_and_crop(picture, spec):
    """An RGB image, Pillow's or a tensor of bytes, to one of `width` x `height`, still in whole levels of 255, as its library rounds."""
    resize, width, height = spec["resize"], spec["width"], spec["height"]
    size = [resize["size"]] if resize["rule"] == "shorter-side" else [resize["height"], resize["width"]]
    picture = functional.resize(picture, size, MODES[spec["interpolation"]], antialias=True)
    if spec["crop_rounding"] == "half-even":
        return functional.center_crop(picture, [height, width])
    _, rows, columns = functional.get_dimensions(picture)
    return functional.crop(picture, (rows - height) // 2, (columns - width) // 2, height, width)


def normalise(picture, spec):
    """A cropped image to 1 x 3 x height x width float32, in the channel order and range that the network sees."""
    tensor = functional.to_tensor(picture)
    if spec["color"] == "BGR":
        tensor = tensor.flip(0)
    return functional.normalize(tensor, spec["mean"], spec["std"])[None]


def network_input(data, spec):
    """Bytes of a picture to the input of `forward`."""
    return normalise(resize_and_crop(decode(data, spec), spec), spec)


TOLERANCE_FLOOR = 1e-3
"""Of the largest logit, as for files that say nothing."""
NOISE, NOISES = 1e-6, 100
"""Relative noise of the input, about float32's roundings there; every layer of a deep network adds its own, in another order than Python's."""
ROUNDED_OTHERWISE = 0.005
"""So many samples of a picture may be one level of 255 off: the reader resizes as Pillow does, but for its last rounding."""
DRAWS = 3
RESIZED = 2
"""So many times what torch's resize moves the logits by: on the processor it is the reader's."""


def reader_input(data, spec):
    """The same as network_input but for the resize, which is torch's of whole levels: a sample in a hundred is one level off, in some pictures all of them the same way."""
    return normalise(functional.to_pil_image(resize_and_crop(functional.pil_to_tensor(decode(data, spec)), spec)), spec)


@torch.inference_mode()
def tolerance(module, pictures, spec, logits):
    """How far another runtime's logits may be from these, relative to the largest: by how touchy the network is, as it shows when its input is moved."""
    classes = logits.shape[1]
    draw, largest, allowed = torch.Generator().manual_seed(0), logits.abs().max().item(), TOLERANCE_FLOOR
    level = 1 / 255 / torch.tensor(spec["std"]).view(1, 3, 1, 1)
    for data, expected in zip(pictures, logits):
        x = network_input(data, spec)
        resized = RESIZED * (module(reader_input(data, spec)).float()[0, :classes] - expected).abs().max().item()
        allowed = max(allowed, resized / largest if largest else 0)
        for _ in range(DRAWS if largest else 0):
            noise = NOISE * x * torch.randn(x.shape, generator=draw)
            steps = level * torch.randn(x.shape, generator=draw).sign() * (torch.rand(x.shape, generator=draw) < ROUNDED_OTHERWISE)
            for moved, times in ((x + noise, NOISES), (x + steps, 1)):
                allowed = max(allowed, times * (module(moved).float()[0, :classes] - expected).abs().max().item() / largest)
    return min(1.0, allowed)


@torch.inference_mode()
def logits(module, pictures, spec):
    """What a module gives, pictures x columns: the logits, and an embedding behind them; float32, one picture at a time, as `wwts verify` does."""
    return torch.cat([module(network_input(data, spec)).float() for data in pictures])
