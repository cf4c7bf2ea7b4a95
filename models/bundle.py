"""Writes one self-contained wwts model file (models/FORMAT.md) from a torch module: the last step of every exporter and of training.

    import bundle                                    # before timm and transformers
    manifest = bundle.manifest(name="my-model", family="my-own", size="small", resize=bundle.shorter_side(256), width=224)
    bundle.save(module, manifest, labels, None, "my-model.pt")
"""
import copy
import io
import json
import pathlib

import numpy as np
import PIL
import torch

from exporters import ExportError, archive, compiled, import_torchvision, labels as label_rules, lean, manifest as rules, pictures as drawing, reference, \
    text_tower, tracing

__all__ = ["ExportError", "exact", "manifest", "save", "shorter_side"]

manifest, shorter_side, exact = rules.build, rules.shorter_side, rules.exact


def save(module, manifest, labels, pictures, out, *, half=False, target=None, text=None, thresholds=None, roots=None):
    """Traces `module`, or compiles it where a target is given, and writes it with its manifest, labels and self-test to `out`; returns the manifest as written.

    module    torch.nn.Module: N x 3 x height x width float32, normalised, to N x classes logits, and behind them in each row the
              embedding where the manifest has one. Put into eval mode; may be cast in place.
    manifest  as from `bundle.manifest`, and `exporters.manifest.add_embedding` where the module gives one; `dtype`, `output.classes` and `selftest` are filled in here.
    labels    one text per class, in order.
    pictures  self-test pictures as bytes of PNG files, or None for the ones that are drawn by exporters/pictures.py.
    half      store the weights as float16. The self-test's logits are then those of the rounded weights, computed in float32,
              because float16 arithmetic differs between devices; the reader allows for that.
    thresholds, roots    what the confidence of each class must reach, and the category of each (empty for none), where there are some.
    target    exporters.compiled.Target: what to compile the module for with AOTInductor. None: it is traced to TorchScript.
    text      exporters.text_tower.Tower, for which the manifest has an `embedding`; then there may be no labels.

    Raises ExportError when the manifest, the labels or the module do not fit the format; then `out` is not written.
    """
    if target is not None:
        target.check(half)
        target.prepare()
    labels = list(labels)
    if labels or text is None:
        label_rules.check(labels)
    of_classes = _of_classes(len(labels), thresholds, roots)
    manifest = _complete(manifest, labels, half, text, of_classes)
    spec, classes, columns = manifest["input"], len(labels), rules.columns(manifest)
    pictures = drawing.default() if pictures is None else list(pictures)
    drawing.check(pictures)

    module = module.float().cpu().eval()
    if half:
        _round_weights(module)
    tower = _tower(text, manifest, half) if text else None
    if target is None:
        with lean.forwards(module, spec, columns):
            traced = tracing.trace(module, tracing.pixels(spec), columns)
    rows = reference.logits(module, pictures, spec)
    if rows.shape[1] != columns:
        raise ExportError(f"the model gives {rows.shape[1]} columns instead of {columns}")
    if not torch.isfinite(rows).all():
        raise ExportError("the model's logits for the self-test pictures are not finite")

    tolerance = reference.tolerance(module, pictures, spec, rows[:, :classes] if classes else rows)
    if target is None:
        extra = _extra(manifest, labels, pictures, rows, tolerance, tower, of_classes)
        archive.write(traced.half() if half else traced, extra, out)
    else:
        dtype = torch.float16 if half else torch.float32
        with lean.forwards(module, spec, columns), compiled.package(module, spec, columns, target, dtype) as (package, about):
            manifest["compiled"] = about
            extra = _extra(manifest, labels, pictures, rows, tolerance, tower, of_classes)
            archive.write_package(package, extra, out)
    try:
        if archive.read_extra(out) != extra:
            raise ExportError(f"{out}: the entries read back differ from those written")
        if target is None:
            _check_written(out, extra, pictures, spec, classes)
        else:
            compiled.check_written(out, pictures, rows, spec, target, dtype)
    except BaseException:
        pathlib.Path(out).unlink(missing_ok=True)
        raise
    return manifest


def _of_classes(count, thresholds, roots):
    """Entries that have a line for each class, by their field in the manifest."""
    entries = {}
    if thresholds is not None:
        label_rules.check_thresholds(thresholds, count)
        entries["thresholds"] = "".join(np.format_float_positional(np.float32(it), trim="0") + "\n" for it in thresholds)
    if roots is not None:
        label_rules.check_roots(roots, count)
        entries["roots"] = "".join(root + "\n" for root in roots)
    return entries


def _complete(manifest, labels, half, text, of_classes):
    manifest = copy.deepcopy(manifest)
    rules.add_class_entries(manifest, **{field: f"{field}.txt" for field in of_classes})
    if text is not None:
        manifest["text"] = text.fields()
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


def _tower(text, manifest, half):
    """The text tower's entries, and what it answers to the self-test's texts; rounds its weights where the file's are."""
    text.module.float().cpu().eval()
    if half:
        _round_weights(text.module)
    columns = manifest["embedding"]["length"]
    traced = tracing.trace(text.module, text.ids, columns)
    answers = text.embeddings(text.module)
    entries = text.entries(traced.half() if half else traced)
    written = torch.jit.load(io.BytesIO(entries[text_tower.NETWORK])).eval().float()
    tracing.compare(text.embeddings(written), answers, "in the written text tower")
    for dtype in (torch.float64, torch.bfloat16):
        tracing.check_cast(written, dtype, text.ids, columns)
    return entries, answers


def _extra(manifest, labels, pictures, rows, tolerance, tower, of_classes):
    """Fills in the manifest's self-test and returns the entries under extra/, name to bytes."""
    names = [f"selftest/{i}.png" for i in range(len(pictures))]
    versions = f"torch {torch.__version__.split('+')[0]}, torchvision {import_torchvision().__version__.split('+')[0]}, Pillow {PIL.__version__}"
    manifest["selftest"] = {"pictures": names, "logits": "selftest/logits.f32", "reference": versions, "tolerance": float(f"{tolerance:.2g}")}
    classes = len(labels)
    numbers = {"selftest/logits.f32": rows[:, :classes]}
    if "embedding" in manifest:
        manifest["selftest"]["embeddings"] = "selftest/embeddings.f32"
        numbers["selftest/embeddings.f32"] = _embeddings(rows, classes)
    entries, of_texts = tower or ({}, None)
    if tower:
        manifest["selftest"] |= {"texts": list(text_tower.TEXTS), "text_embeddings": "selftest/text-embeddings.f32", "scores": "selftest/scores.f32"}
        numbers["selftest/text-embeddings.f32"] = of_texts
        numbers["selftest/scores.f32"] = _embeddings(rows, classes) @ of_texts.t()
    return {
        "wwts.json": (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode(),
        "labels.txt": "".join(label + "\n" for label in labels).encode(),
        **{f"{field}.txt": text.encode() for field, text in of_classes.items()},
        **dict(zip(names, pictures)),
        **{name: values.numpy().astype("<f4").tobytes() for name, values in numbers.items()},
        **entries,
    }


def _embeddings(rows, classes):
    """What stands behind the logits, each row's length made 1."""
    return torch.nn.functional.normalize(rows[:, classes:], dim=1)


def _check_written(out, extra, pictures, spec, classes):
    """The file as a stranger finds it: the same answers, and castable."""
    loaded = torch.jit.load(str(out), map_location="cpu").eval().float()
    rows = reference.logits(loaded, pictures, spec)
    if classes:
        tracing.compare(rows[:, :classes], _stored(extra, "selftest/logits.f32", len(pictures)), "in the written file")
    if rows.shape[1] > classes:
        tracing.compare(_embeddings(rows, classes), _stored(extra, "selftest/embeddings.f32", len(pictures)), "in the written file")
    for dtype in (torch.float64, torch.bfloat16):  # bfloat16 last, as it loses digits
        tracing.check_cast(loaded, dtype, tracing.pixels(spec), rows.shape[1])


def _stored(extra, name, pictures):
    return torch.from_numpy(np.frombuffer(extra[name], "<f4").reshape(pictures, -1).copy())
