"""From an image processor of transformers to the manifest's `input`: the same pixels, or an error that names the setting."""
import io

import numpy as np
import torch
from PIL import Image

from . import ExportError, manifest as rules, pictures, reference

FILTERS = {Image.Resampling.BILINEAR: "bilinear", Image.Resampling.BICUBIC: "bicubic"}
PIL_MOST, TENSOR_MOST, TENSOR_MEAN = 0.01, 2.01, 0.1
"""Allowed differences in levels of 255. A processor that resizes with Pillow must agree up to float rounding. torchvision's uint8 kernels round
otherwise than Pillow: by one level in single pixels, by two where bicubic enlarges sharp edges."""


def preprocessing(processor):
    """Keyword arguments of `bundle.manifest` that do what the processor does."""
    settings = _Settings(processor)
    settings.refuse("do_pad", "pads pictures")
    if not settings["do_resize"]:
        raise ExportError(f"{settings.name} does not resize (do_resize is false): a model file needs one fixed size")
    resample = settings["resample"] if settings["resample"] is not None else Image.Resampling.BILINEAR
    if resample not in FILTERS:
        shown = Image.Resampling(resample).name.lower() if resample in iter(Image.Resampling) else resample
        raise ExportError(f"{settings.name} resizes with {shown}, but a model file has {' or '.join(FILTERS.values())}")
    resize, (width, height) = _resize_and_crop(settings)
    mean, std = _normalisation(settings)
    return {"width": width, "height": height, "resize": resize, "interpolation": FILTERS[resample], "crop_rounding": "floor", "mean": mean, "std": std,
            "color": "BGR" if settings["do_flip_channel_order"] else "RGB"}


def check(processor, spec):
    """Raises ExportError unless the processor itself gives the reference pipeline's values on pictures of odd sizes. `spec` is the manifest's `input`."""
    most, mean = (PIL_MOST, PIL_MOST) if getattr(processor, "backend", "") == "pil" else (TENSOR_MOST, TENSOR_MEAN)
    scale = 255 * torch.tensor(spec["std"], dtype=torch.float32)[:, None, None]
    for data in pictures.default() + [pictures.encode(_crop_of_first(641, 427)), pictures.encode(_crop_of_first(333, 500))]:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        actual = torch.as_tensor(np.asarray(processor(images=picture, return_tensors="pt")["pixel_values"][0]))
        expected = reference.normalise(reference.resize_and_crop(picture, spec), spec)[0]
        if actual.shape != expected.shape:
            raise ExportError(f"{type(processor).__name__} gives {tuple(actual.shape)} for a picture of {picture.size}, the model file {tuple(expected.shape)}")
        difference = (actual - expected).abs() * scale
        if not (difference.max() <= most and difference.mean() <= mean):
            raise ExportError(f"{type(processor).__name__} does something that a model file cannot carry: its values for a picture of {picture.size} "
                              f"differ by up to {difference.max():.2f} levels of 255 (allowed {most}), {difference.mean():.3f} on average (allowed {mean})")


def _crop_of_first(width, height):
    return Image.open(io.BytesIO(pictures.default()[1])).convert("RGB").resize((width, height), Image.Resampling.BICUBIC)


def _resize_and_crop(settings):
    size = settings.sides("size")
    if settings.name.startswith("ConvNext"):
        return _convnext(settings, size)
    settings.refuse("crop_pct", "scales the crop")
    if set(size) == {"shortest_edge"}:
        if not settings["do_center_crop"]:
            raise ExportError(f"{settings.name} keeps the aspect ratio and does not crop: a model file needs one fixed size")
        return rules.shorter_side(size["shortest_edge"]), _crop(settings)
    if set(size) == {"height", "width"}:
        resized = size["width"], size["height"]
        return rules.exact(*resized), _crop(settings) if settings["do_center_crop"] else resized
    raise ExportError(f"{settings.name} has a size rule that a model file cannot carry: {size}")


def _convnext(settings, size):
    """ConvNextImageProcessor: below 384 the shorter side becomes size / crop_pct and is cropped; from 384 on the picture is squeezed, uncropped."""
    if set(size) != {"shortest_edge"} or settings["do_center_crop"]:
        raise ExportError(f"{settings.name} has a size rule that a model file cannot carry: {size}")
    side = size["shortest_edge"]
    return (rules.exact(side, side) if side >= 384 else rules.shorter_side(int(side / settings["crop_pct"]))), (side, side)


def _crop(settings):
    size = settings.sides("crop_size")
    if set(size) != {"height", "width"}:
        raise ExportError(f"{settings.name} has a crop_size that a model file cannot carry: {size}")
    return size["width"], size["height"]


def _normalisation(settings):
    """Solves (pixel * factor - offset - mean) / std = (pixel / 255 - m) / s for m and s."""
    factor = 255 * settings["rescale_factor"] if settings["do_rescale"] else 255.0
    offset = 1.0 if settings["do_rescale"] and settings["rescale_offset"] else 0.0
    mean, std = (settings["image_mean"], settings["image_std"]) if settings["do_normalize"] else (0.0, 1.0)
    mean, std = ([values] * 3 if isinstance(values, (int, float)) else list(values) for values in (mean, std))
    if len(mean) != 3 or len(std) != 3 or factor == 0:
        raise ExportError(f"{settings.name} is not for RGB pictures: mean {mean}, std {std}, rescale_factor {settings['rescale_factor']}")
    return [(value + offset) / factor for value in mean], [value / factor for value in std]


class _Settings:
    """A processor's settings, None where it has none of that name."""

    def __init__(self, processor):
        self.processor, self.name = processor, type(processor).__name__

    def __getitem__(self, key):
        return getattr(self.processor, key, None)

    def refuse(self, key, what):
        if self[key]:
            raise ExportError(f"{self.name} {what} ({key} is {self[key]}), which a model file cannot carry")

    def sides(self, key):
        """size or crop_size without the unset entries."""
        value = self[key]
        if isinstance(value, int):
            return {"height": value, "width": value}
        return {side: pixels for side, pixels in dict(value or {}).items() if pixels is not None}
