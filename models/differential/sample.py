"""One architecture as files that Java reads, with what Python answers: m.pt, m.wwts.json, m.labels.txt, x.f32, y.f32 and meta.json in a folder."""
import copy
import json
import sys
import warnings

import torch

import architectures
import weights

CLASSES = 20
INPUTS = 3
DRAWS = 2
NOISE = 1e-6
"""Relative noise of the input, about what float32's own roundings are."""


def write(name, folder):
    """Makes the architecture `name` of architectures.py in an empty folder; returns what is known of it, which is meta.json as well."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    module, side = architectures.build(name, CLASSES)
    inputs = _inputs(side)
    with torch.no_grad():
        weights.randomise(module, _inputs(side, seed=2, count=6), seed=1)
        logits = torch.cat([module(x[None]) for x in inputs])
        file = _script(module) if name.endswith(":script") else torch.jit.trace(module, inputs[:1], check_trace=False)
        torch.jit.save(file, str(folder / "m.pt"))
        meta = {"name": name, "side": side, "parameters": sum(p.numel() for p in module.parameters()), **_known(name, module, file, inputs, logits)}
    (folder / "x.f32").write_bytes(inputs.numpy().astype("<f4").tobytes())
    (folder / "y.f32").write_bytes(logits.numpy().astype("<f4").tobytes())
    (folder / "m.labels.txt").write_text("".join(f"class {i}\n" for i in range(logits.shape[1])), "utf-8")
    (folder / "m.wwts.json").write_text(json.dumps(_manifest(name, side, logits.shape[1])), "utf-8")
    (folder / "meta.json").write_text(json.dumps(meta), "utf-8")
    return meta


def _inputs(side, seed=1, count=INPUTS):
    """Pictures of a kind: something smooth with something rough on it, about as large as normalised pixels are."""
    draw = torch.Generator().manual_seed(seed)
    smooth = torch.nn.functional.interpolate(torch.randn(count, 3, 5, 5, generator=draw), (side, side), mode="bicubic")
    return smooth + 0.4 * torch.randn(count, 3, side, side, generator=draw)


def _script(module):
    return torch.jit.script(module)


def _known(name, module, file, inputs, logits):
    """What a fair judgement needs to know: how touchy the network is by itself, and what of it is the file's fault, not Java's."""
    largest, together = logits.abs().max().item(), module(inputs)
    draw = torch.Generator().manual_seed(3)
    noisy = [inputs * (1 + NOISE * torch.randn(inputs.shape, generator=draw)) for _ in range(DRAWS)]
    with torch.jit.optimized_execution(False):
        return {
            "finite": bool(torch.isfinite(logits).all()), "largest": largest, "spread": logits.std(0).max().item() / largest,
            "sensitivity": max((module(x) - together).abs().max().item() for x in noisy) / largest,
            "file": _difference(lambda: torch.cat([file(x[None]) for x in inputs]), logits),
            "file_batch": _difference(lambda: file(inputs), logits),
            "step": _step(logits) if "quantised" in name else 0.0,
            "bf16": _difference(lambda: copy.deepcopy(module).bfloat16().train().eval()(inputs.bfloat16()), logits),
        }


def _step(logits):
    """Of quantised logits, relative to the largest: what their roundings can't help but differ by where an earlier sum's last bit does."""
    return logits.unique().diff().min().item() / logits.abs().max().item()


def _difference(run, logits):
    """The largest difference from the logits, relative to the largest of them; None where the run fails."""
    try:
        return (run().float() - logits).abs().max().item() / logits.abs().max().item()
    except Exception as error:  # any way to fail is an answer here
        print(f"  {type(error).__name__}: {str(error).strip().splitlines()[-1][:200]}", file=sys.stderr)
        return None


def _manifest(name, side, classes):
    return {
        "format": 1, "name": name, "family": "differential", "size": "small", "trained": False, "dtype": "float32",
        "input": {"width": side, "height": side, "color": "RGB", "alpha": "drop", "orientation": "exif",
                  "resize": {"rule": "exact", "width": side, "height": side}, "interpolation": "bilinear", "antialias": True, "crop": "center",
                  "crop_rounding": "half-even", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
        "output": {"classes": classes, "activation": "softmax", "threshold": 0.0},
    }
