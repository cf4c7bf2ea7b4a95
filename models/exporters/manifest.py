"""The manifest of a model file (models/FORMAT.md): building one, and the rules that the Java side enforces as well."""
import math

from . import ExportError, is_plain

FORMAT = 1
WITH_EMBEDDING = 2
"""The format of files that have one: a reader of format 1 would take its columns for logits."""
WITH_TAGS = 2
"""The format of files whose classes have thresholds or roots."""
MAX_EMBEDDING = 65_536
MAX_LENGTH, MAX_WORD, MAX_ID = 512, 1000, 1_000_000
"""Ids that a text tower reads, characters of a word that is cut into pieces, and the largest id."""
MAX_SIDE = 4096
MAX_CLASSES = 10_000_000
DTYPES = ("float32", "float16", "bfloat16")
INTERPOLATIONS = ("bilinear", "bicubic")
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def shorter_side(size):
    """The resize rule of torchvision's Resize(size): the shorter side becomes `size`, the aspect ratio stays."""
    return {"rule": "shorter-side", "size": size}


def exact(width, height):
    """The resize rule that ignores the aspect ratio."""
    return {"rule": "exact", "width": width, "height": height}


def build(*, name, family, size, resize, width=224, height=None, interpolation="bilinear", mean=IMAGENET_MEAN, std=IMAGENET_STD,
          color="RGB", alpha="drop", orientation="exif", crop_rounding="half-even", activation="softmax", threshold=0.0, trained=True, **texts):
    """A manifest without what only `bundle.save` knows: dtype, the number of classes and the self-test.

    `resize` comes from `shorter_side` or `exact`; `texts` are version, source, license and attribution, left out where None or empty.
    """
    unknown = set(texts) - {"version", "source", "license", "attribution"}
    if unknown:
        raise TypeError(f"unknown manifest fields: {sorted(unknown)}")
    return {
        "format": FORMAT, "name": name, "family": family, "size": size,
        **{key: text for key, text in texts.items() if text},
        "trained": trained,
        "input": {
            "width": width, "height": width if height is None else height, "color": color, "alpha": alpha, "orientation": orientation,
            "resize": resize, "interpolation": interpolation, "antialias": True, "crop": "center", "crop_rounding": crop_rounding,
            "mean": [float(v) for v in mean], "std": [float(v) for v in std],
        },
        "output": {"activation": activation, "threshold": float(threshold)},
    }


def embedding(length, meaning, normalised):
    """What a network gives behind its logits: so many numbers, what they are, and whether a row of them has length 1 already."""
    return {"length": length, "dtype": "float32", "meaning": meaning, "normalised": normalised}


def add_embedding(manifest, fields):
    """Says in a manifest that its network gives an embedding. `fields` come from `embedding`."""
    manifest["embedding"] = fields
    manifest["format"] = WITH_EMBEDDING


def add_class_entries(manifest, **entries):
    """Says in a manifest which entries hold the thresholds and the roots of its classes."""
    if entries:
        manifest.setdefault("output", {}).update(entries)
        manifest["format"] = max(manifest["format"], WITH_TAGS)


def columns(manifest):
    """Of a network's output: logits, and what stands behind them."""
    return manifest["output"]["classes"] + manifest.get("embedding", {}).get("length", 0)


def validate(manifest):
    """Raises ExportError naming the first field that breaks a rule of models/FORMAT.md."""
    root = _Fields(manifest, "")
    if "embedding" in manifest:
        root.integer("format", WITH_EMBEDDING, WITH_EMBEDDING)
        described = root.fields("embedding")
        described.integer("length", 1, MAX_EMBEDDING)
        described.one_of("dtype", ("float32",))
        described.text("meaning")
        described.one_of("normalised", (True, False))
        if "text" in manifest:
            _validate_text(root.fields("text"))
    else:
        has_tags = {"thresholds", "roots"} & set(manifest.get("output", {}))
        root.integer("format", *((WITH_TAGS,) if has_tags else (FORMAT,)) * 2)
    root.text("name", 1, 100)
    if not manifest["name"].strip():
        raise ExportError("the manifest's name must not be blank")
    root.text("family", 1, 100)
    root.one_of("size", ("small", "base", "large"))
    for key in ("version", "source", "license", "attribution"):
        if key in manifest:
            root.text(key, 0)
    root.one_of("trained", (True, False))
    root.one_of("dtype", DTYPES)

    seen = root.fields("input")
    width, height = seen.integer("width", 1, MAX_SIDE), seen.integer("height", 1, MAX_SIDE)
    seen.one_of("color", ("RGB", "BGR"))
    seen.one_of("alpha", ("drop", "white"))
    seen.one_of("orientation", ("exif", "ignore"))
    seen.one_of("interpolation", INTERPOLATIONS)
    seen.one_of("antialias", (True,))
    seen.one_of("crop", ("center",))
    seen.one_of("crop_rounding", ("half-even", "floor"))
    seen.numbers("mean", 3)
    seen.numbers("std", 3, positive=True)
    _validate_resize(seen.fields("resize"), width, height)

    output = root.fields("output")
    output.integer("classes", 0 if "text" in manifest else 1, MAX_CLASSES)
    output.one_of("activation", ("softmax", "sigmoid", "none"))
    if "threshold" in output.values:
        output.number("threshold", 0.0, 0.0 if "thresholds" in output.values else 1.0)
    for key in ("thresholds", "roots"):
        if key in output.values:
            output.text(key, 1, 100)


def _validate_text(text):
    tokenizer = text.one_of("tokenizer", ("bert", "clip", "gemma"))
    text.text("network", 1, 100)
    text.text("vocabulary", 1, 100)
    text.integer("length", 2, MAX_LENGTH)
    text.number("logit_scale", 1e-3, 1e4)
    if "logit_bias" in text.values:
        text.number("logit_bias", -1e4, 1e4)
    if "activation" in text.values:
        text.one_of("activation", ("softmax", "sigmoid"))
    if tokenizer == "bert":
        text.integer("longest_word", 1, MAX_WORD)
        return
    text.text("merges", 1, 100)
    for key in ("start", "end", "pad"):
        if key in text.values or key != "start":
            text.integer(key, 0, MAX_ID)
    if tokenizer == "gemma":
        text.one_of("lowercase", (True, False))


def _validate_resize(resize, width, height):
    if resize.one_of("rule", ("shorter-side", "exact")) == "exact":
        resized = resize.integer("width", 1, MAX_SIDE), resize.integer("height", 1, MAX_SIDE)
    else:
        resized = (resize.integer("size", 1, MAX_SIDE),) * 2
    if resized[0] < width or resized[1] < height:
        raise ExportError(f"the manifest's input.resize gives at least {resized[0]} x {resized[1]} pixels, less than the crop of {width} x {height}")


class _Fields:
    """One JSON object of the manifest; every getter returns a valid value or raises ExportError naming the field."""

    def __init__(self, values, path):
        if not isinstance(values, dict):
            raise ExportError(f"the manifest's {path.rstrip('.') or 'top level'} must be an object")
        self.values, self.path = values, path

    def _get(self, key, valid, rule):
        value = self.values.get(key)
        if key not in self.values or not valid(value):
            raise ExportError(f"the manifest's {self.path}{key} must be {rule}, but is {value if key in self.values else 'missing'}")
        return value

    def fields(self, key):
        return _Fields(self._get(key, lambda v: isinstance(v, dict), "an object"), f"{self.path}{key}.")

    def text(self, key, least=1, most=10_000):
        rule = f"a text of {least} to {most} characters on one line"
        return self._get(key, lambda v: isinstance(v, str) and least <= len(v) <= most and is_plain(v), rule)

    def one_of(self, key, allowed):
        return self._get(key, lambda v: any(type(v) is type(a) and v == a for a in allowed), "one of " + ", ".join(map(str, allowed)))

    def integer(self, key, least, most):
        return self._get(key, lambda v: type(v) is int and least <= v <= most, f"a whole number from {least} to {most}")

    def number(self, key, least, most):
        return self._get(key, lambda v: _is_number(v) and least <= v <= most, f"a number from {least} to {most}")

    def numbers(self, key, count, positive=False):
        return self._get(key, lambda v: isinstance(v, list) and len(v) == count and all(_is_number(x) and (x > 0 or not positive) for x in v),
                         f"{count} {'positive ' if positive else ''}numbers")


def _is_number(value):
    return type(value) in (int, float) and math.isfinite(value)
