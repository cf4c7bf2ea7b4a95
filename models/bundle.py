"""Writes one self-contained wwts model file (models/FORMAT.md) from a torch module: the last step of every exporter and of training.

    import bundle                                    # before timm and transformers
    manifest = bundle.manifest(name="my-model", family="my-own", size="small", resize=bundle.shorter_side(256), width=224)
    bundle.save(module, manifest, labels, None, "my-model.pt")
"""
import copy
import json
import pathlib

import numpy as np
import PIL
import torch

from exporters import ExportError, archive, compiled, import_torchvision, labels as label_rules, lean, manifest as rules, pictures as drawing, reference, tracing

__all__ = ["ExportError", "exact", "manifest", "save", "shorter_side"]

manifest, shorter_side, exact = rules.build, rules.shorter_side, rules.exact


def save(module, manifest, labels, pictures, out, *, half=False, target=None):
    """Traces `module`, or compiles it where a target is given, and writes it with its manifest, labels and self-test to `out`; returns the manifest as written.

    module    torch.nn.Module: N x 3 x height x width float32, normalised, to N x classes logits. Put into eval mode; may be cast in place.
    manifest  as from `bundle.manifest`; `dtype`, `output.classes` and `selftest` are filled in here.
    labels    one text per class, in order.
    pictures  self-test pictures as bytes of PNG files, or None for the ones that are drawn by exporters/pictures.py.
    half      store the weights as float16. The self-test's logits are then those of the rounded weights, computed in float32,
              because float16 arithmetic differs between devices; the reader allows for that.
    target    exporters.compiled.Target: what to compile the module for with AOTInductor. None: it is traced to TorchScript.

    Raises ExportError when the manifest, the labels or the module do not fit the format; then `out` is not written.
    """
    if target is not None:
        target.check(half)
        target.prepare()
    labels = list(labels)
    label_rules.check(labels)
    manifest = _complete(manifest, labels, half)
    spec, classes = manifest["input"], len(labels)
    pictures = drawing.default() if pictures is None else list(pictures)
    drawing.check(pictures)

    module = module.float().cpu().eval()
    if half:
        _round_weights(module)
    if target is None:
        with lean.forwards(module, spec, classes):
            traced = tracing.trace(module, spec, classes)
    logits = reference.logits(module, pictures, spec)
    if not torch.isfinite(logits).all():
        raise ExportError("the model's logits for the self-test pictures are not finite")

    tolerance = reference.tolerance(module, pictures, spec, logits)
    if target is None:
        extra = _extra(manifest, labels, pictures, logits, tolerance)
        archive.write(traced.half() if half else traced, extra, out)
    else:
        dtype = torch.float16 if half else torch.float32
        with lean.forwards(module, spec, classes), compiled.package(module, spec, classes, target, dtype) as (package, about):
            manifest["compiled"] = about
            extra = _extra(manifest, labels, pictures, logits, tolerance)
            archive.write_package(package, extra, out)
    try:
        if archive.read_extra(out) != extra:
            raise ExportError(f"{out}: the entries read back differ from those written")
        if target is None:
            _check_written(out, extra, pictures, logits, spec, classes)
        else:
            compiled.check_written(out, pictures, logits, spec, target, dtype)
    except BaseException:
        pathlib.Path(out).unlink(missing_ok=True)
        raise
    return manifest


def _complete(manifest, labels, half):
    manifest = copy.deepcopy(manifest)
    stated = manifest.setdefault("output", {}).setdefault("classes", len(labels))
    if stated != len(labels):
        raise ExportError(f"the manifest states {stated} classes, but there are {len(labels)} labels")
    manifest["dtype"] = "float16" if half else "float32"
    rules.validate(manifest)
    return manifest


def _round_weights(module):
    with torch.no_grad():
        for name, tensor in list(module.named_parameters()) + list(module.named_buffers()):
            if tensor.is_floating_point():
                tensor.copy_(tensor.half())
                if not torch.isfinite(tensor).all():
                    raise ExportError(f"{name} has values beyond the range of float16: export without --half")


def _extra(manifest, labels, pictures, logits, tolerance):
    """Fills in the manifest's self-test and returns the entries under extra/, name to bytes."""
    names = [f"selftest/{i}.png" for i in range(len(pictures))]
    versions = f"torch {torch.__version__.split('+')[0]}, torchvision {import_torchvision().__version__.split('+')[0]}, Pillow {PIL.__version__}"
    manifest["selftest"] = {"pictures": names, "logits": "selftest/logits.f32", "reference": versions, "tolerance": float(f"{tolerance:.2g}")}
    return {
        "wwts.json": (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode(),
        "labels.txt": "".join(label + "\n" for label in labels).encode(),
        **dict(zip(names, pictures)),
        "selftest/logits.f32": logits.numpy().astype("<f4").tobytes(),
    }


def _check_written(out, extra, pictures, logits, spec, classes):
    """The file as a stranger finds it: the same answers, and castable."""
    loaded = torch.jit.load(str(out), map_location="cpu").eval().float()
    stored = torch.from_numpy(np.frombuffer(extra["selftest/logits.f32"], "<f4").reshape(len(pictures), classes).copy())
    tracing.compare(reference.logits(loaded, pictures, spec), stored, "in the written file")
    for dtype in (torch.float64, torch.bfloat16):  # bfloat16 last, as it loses digits
        tracing.check_cast(loaded, dtype, spec, classes)
