"""PyTorch beside wwts on the same card: decoded pixels (and a JPEG, where Pillow is there) to the five best classes, batch 1.

    python3 benchmarks/python/gpu_reference.py PICTURE.jpg OUT.json MODEL.pt [MODEL.pt ...] [--calls 1000] [--device cuda]

Needs torch only. timm is taken where it is installed ("timm" and "compile" are then its modules, as people write them); else eager and
torch.compile run the network of the model file itself, as the operations that it was seen to run. Ways: eager fp32, eager fp16, the TorchScript file
in fp16, the article's flow in fp32 and fp16 (timm's module behind Pillow's and timm's own preprocessing on the processor), and
torch.compile max-autotune in fp16, which takes minutes a model and comes last. What can't be had says SKIP and why; the exit status is 0
all the same. OUT.json is written after each model and way, and a run goes on where an earlier one with the same torch, card and number of
calls was ended.
"""
import argparse
import io
import json
import math
import operator
import os
import statistics
import sys
import time
import zipfile

import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

HD = (1920, 1080)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture")
    parser.add_argument("out")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--device", default="cuda")
    args = parser.parse_args()
    report = {"torch": torch.__version__, "device": args.device, "calls": args.calls}
    if args.device == "cuda":
        if not torch.cuda.is_available():
            report["skipped"] = "this python's torch sees no GPU"
        else:
            report["card"] = torch.cuda.get_device_name()
            torch.backends.cudnn.benchmark = True
    report["models"] = earlier(args.out, report)
    for way in WAYS:  # what is quick first, of all models
        for path in args.models:
            name = path.rsplit("/", 1)[-1].replace(".slim.pt", ".pt")
            ways = report["models"].setdefault(name, {})
            if way in ways and "skipped" not in ways[way]:
                continue
            try:
                if "skipped" in report:
                    raise Skip(report["skipped"])
                ways[way] = WAYS[way][0](path, way, args)
                print(f"PYTHON {name}, {way} {json.dumps(ways[way])}", flush=True)
            except Exception as error:  # a way that fails here must not cost the others
                ways[way] = {"skipped": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
                print(f"SKIP PYTHON {name}, {way}: {ways[way]['skipped']}", flush=True)
            write(args.out, report)
    write(args.out, report)


def earlier(path, report):
    """The models of a report that was made the same way; none where there is no such one."""
    try:
        with open(path, encoding="utf-8") as file:
            before = json.load(file)
        models = before.pop("models")
        return models if before == report else {}
    except (OSError, ValueError, KeyError):
        return {}


def write(path, report):
    """At once or not at all: a time limit may end this anywhere."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    os.replace(path + ".new", path)


class Skip(Exception):
    pass


def measure(path, way, args):
    manifest = read_manifest(path)
    _, kind, precision = WAYS[way]
    dtype = torch.float16 if precision == "fp16" else torch.float32
    device = torch.device(args.device)
    network, source = kind(path, manifest, dtype, device)
    recipe = manifest["input"]
    mean = torch.tensor(recipe["mean"], device=device).view(1, 3, 1, 1)
    std = torch.tensor(recipe["std"], device=device).view(1, 3, 1, 1)
    jpeg, why = hd_jpeg(args.picture)
    # noise of the same size where Pillow is not here: only the time counts
    pixels = decoded(jpeg) if jpeg else torch.randint(0, 256, (HD[1], HD[0], 3), dtype=torch.uint8)
    if device.type == "cuda":
        pixels = pixels.pin_memory()
        torch.cuda.reset_peak_memory_stats()

    def from_pixels(host):
        u8 = host.to(device, non_blocking=True).permute(2, 0, 1).unsqueeze(0)
        x = crop(F.interpolate(u8.float(), size=resized(recipe, u8.shape[3], u8.shape[2]), mode=recipe["interpolation"],
                               antialias=True, align_corners=False), recipe)
        x = ((x.round().clamp(0, 255) / 255 - mean) / std).to(dtype)
        scores, classes = network(x).float().softmax(-1).topk(5)
        return scores.cpu(), classes.cpu()  # waits for the card

    result = {"network": source}
    with torch.inference_mode():
        result.update(times("pixels", lambda: from_pixels(pixels), args.calls))
        if jpeg:
            result.update(times("bytes", lambda: from_pixels(decoded(jpeg)), args.calls))
        else:
            result["from bytes"] = "SKIP: " + why
    if device.type == "cuda":
        result["VRAM peak"] = torch.cuda.max_memory_allocated()
        result["VRAM reserved"] = torch.cuda.memory_reserved()
        del network
        torch.cuda.empty_cache()
    return result


def article(path, way, args):
    """As people write it: Pillow decodes, the processor resizes and normalises, the card gets 224 x 224 values."""
    try:
        import timm
        from PIL import Image
    except ImportError as error:
        raise Skip(str(error)) from error
    manifest = read_manifest(path)
    dtype = torch.float16 if WAYS[way][2] == "fp16" else torch.float32
    device = torch.device(args.device)
    network = timm.create_model(manifest["name"], num_classes=manifest["output"]["classes"]).eval().to(device, dtype)
    prepare = timm.data.create_transform(**timm.data.resolve_model_data_config(network), is_training=False)
    jpeg, _ = hd_jpeg(args.picture)
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")

    def recognized(image):
        probabilities = network(prepare(image).unsqueeze(0).to(device, dtype)).softmax(-1)
        scores, classes = probabilities.topk(5)
        return scores.cpu(), classes.cpu()

    result = {"network": "timm " + timm.__version__}
    with torch.inference_mode():
        result.update(times("pixels", lambda: recognized(picture), args.calls))
        result.update(times("bytes", lambda: recognized(Image.open(io.BytesIO(jpeg)).convert("RGB")), args.calls))
    return result


def times(name, call, calls):
    for _ in range(max(3, calls // 10)):
        call()
    micros = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        micros.append((time.perf_counter_ns() - start) / 1000)
    micros.sort()
    return {f"from {name} p50 us": round(statistics.median(micros), 1), f"from {name} p99 us": round(micros[math.ceil(0.99 * len(micros)) - 1], 1)}


def hd_jpeg(path):
    """The picture as a JPEG of 1080 lines; None and the reason where Pillow is not here."""
    try:
        from PIL import Image
    except ImportError as error:
        return None, str(error)
    jpeg = io.BytesIO()
    Image.open(path).convert("RGB").resize(HD).save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue(), ""


def decoded(jpeg):
    """H x W x 3."""
    from PIL import Image

    image = Image.open(io.BytesIO(jpeg))
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(image.height, image.width, 3)


def resized(recipe, width, height):
    resize = recipe["resize"]
    if resize["rule"] == "exact":
        return [resize["height"], resize["width"]]
    size, short = resize["size"], min(width, height)
    return [size * height // short, size * width // short]


def crop(x, recipe):
    top, left = round((x.shape[2] - recipe["height"]) / 2), round((x.shape[3] - recipe["width"]) / 2)
    return x[:, :, top:top + recipe["height"], left:left + recipe["width"]]


def read_manifest(path):
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read(next(n for n in file.namelist() if n.endswith("/extra/wwts.json"))))


def scripted(path, device):
    """The file's network; weights that were left out for the journey are zero there and random here."""
    module = torch.jit.load(path, map_location=device).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in module.parameters():
            if weight.dim() >= 2 and weight.numel() >= 16384 and not weight.any():
                weight.normal_(0, 0.5 * math.sqrt(2 * weight.shape[0] / weight.numel()))
    return module


def cast(module, dtype):
    """Floating point only: tables of integers stay."""
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            tensor.data = tensor.data.to(dtype)
    return module


def torchscript(path, manifest, dtype, device):
    return torch.jit.freeze(cast(scripted(path, device), dtype)), "TorchScript file, frozen"


def module(path, manifest, dtype, device):
    try:
        import timm
        return timm.create_model(manifest["name"], num_classes=manifest["output"]["classes"]).eval().to(device, dtype), "timm " + timm.__version__
    except (ImportError, RuntimeError) as error:
        why = str(error).splitlines()[0]
    height, width = manifest["input"]["height"], manifest["input"]["width"]
    example = torch.rand(1, 3, height, width, device=device, dtype=dtype)
    return recorded(cast(scripted(path, device), dtype), example), f"the model file, recorded (timm: {why})"


def recorded(script, example):
    """The operations that a TorchScript module runs on its input, as a module of torch.fx, which torch.compile takes; sizes are constants.
    torch.export's converter refuses paddings that a trace computes from sizes."""
    root, graph, nodes, seen = torch.nn.Module(), torch.fx.Graph(), {}, [example]
    nodes[id(example)] = graph.placeholder("x")

    def node(value):
        if not isinstance(value, torch.Tensor):
            return value
        if id(value) not in nodes:
            name = f"constant_{len(seen)}"
            root.register_buffer(name, value.detach())
            nodes[id(value)] = graph.get_attr(name)
            seen.append(value)  # or another tensor may get its id
        return nodes[id(value)]

    class Recorder(TorchDispatchMode):
        computed = {id(example)}

        def keep(self, value, made):
            nodes[id(value)] = made
            self.computed.add(id(value))
            seen.append(value)

        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            result = operation(*args, **kwargs)
            if any(id(leaf) in self.computed for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, torch.Tensor)):
                made = graph.call_function(operation, *tree_map(node, (args, kwargs)))
                if isinstance(result, torch.Tensor):
                    self.keep(result, made)
                else:
                    for at, part in enumerate(result if isinstance(result, (tuple, list)) else ()):
                        if isinstance(part, torch.Tensor):
                            self.keep(part, graph.call_function(operator.getitem, (made, at)))
            return result

    with torch.no_grad(), torch.jit.optimized_execution(False), Recorder():
        out = script(example)
    graph.output(nodes[id(out)])
    graph.eliminate_dead_code()
    module = torch.fx.GraphModule(root, graph)
    other = torch.rand_like(example)
    with torch.no_grad():
        expected, actual = script(other).float(), module(other).float()
    if not torch.allclose(actual, expected, rtol=0.02, atol=0.02 * expected.abs().max().item()):
        raise Skip("the recorded network answers otherwise than the model file")
    return module


def compiled(path, manifest, dtype, device):
    network, source = module(path, manifest, dtype, device)
    mode = "max-autotune" if device.type == "cuda" else "default"
    return torch.compile(network, mode=mode), f"torch.compile {mode} of {source}"


WAYS = {
    "eager fp32": (measure, module, "fp32"),
    "eager fp16": (measure, module, "fp16"),
    "torchscript fp16": (measure, torchscript, "fp16"),
    "article fp32": (article, None, "fp32"),
    "article fp16": (article, None, "fp16"),
    "compile fp16": (measure, compiled, "fp16"),
}

if __name__ == "__main__":
    sys.exit(main())
