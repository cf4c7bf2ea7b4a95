"""The same work in Python: bytes of a picture to the five best labels, with torch, Pillow and torchvision; one line of JSON a call.

    python benchmarks/python/reference.py MODEL.pt PICTURE... --threads 1 --calls 30 [--eager | --compile ARCH] [--turns]
    python benchmarks/python/reference.py --versions

The TorchScript module runs frozen. With --eager it runs as it was saved, unfrozen, under TorchScript's profiling executor: a .pt does
not hold the nn.Module that it was made from, so that is the nearest to torch's eager mode that a model file alone gives. With --compile,
timm's network of that name takes the model's weights and goes through torch.compile, with frozen weights and channels-last inputs, which
is what torch advises on CPUs; it needs a C++ compiler.
"""
import argparse
import json
import pathlib
import platform
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models"))
from exporters import reference  # noqa: E402 (after the path is set)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, nargs="?")
    parser.add_argument("picture", type=pathlib.Path, nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--calls", type=int, default=30, help="of each picture")
    parser.add_argument("--turns", action="store_true", help="wait for a line of stdin before each call")
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--compile", metavar="ARCH")
    parser.add_argument("--versions", action="store_true")
    args = parser.parse_args()
    if args.versions:
        print(json.dumps(versions()))
        return
    torch.set_num_threads(args.threads)
    extra = {"wwts.json": "", "labels.txt": ""}
    module = torch.jit.load(str(args.model), map_location="cpu", _extra_files=extra)
    manifest, labels = json.loads(extra["wwts.json"]), extra["labels.txt"].decode().splitlines()
    layout = torch.channels_last if args.compile else torch.contiguous_format
    module = module.float().eval()
    if args.compile:
        module = compiled(args.compile, module, len(labels))
    elif not args.eager:
        module = torch.jit.freeze(module)
    with torch.no_grad() if args.compile else torch.inference_mode():
        for data in [path.read_bytes() for path in args.picture]:
            for _ in range(args.calls):
                if args.turns:
                    sys.stdin.readline()
                start = time.perf_counter()
                logits = module(reference.network_input(data, manifest["input"]).contiguous(memory_format=layout))
                values, indices = logits.softmax(-1).topk(5)
                top = [(labels[i], v) for v, i in zip(values[0].tolist(), indices[0].tolist())]
                total = (time.perf_counter() - start) * 1e3
                print(json.dumps({"top": top[0][0], "indices": indices[0].tolist(), "total": total}, ensure_ascii=False), flush=True)


def versions():
    import numpy
    import PIL
    import torchvision
    return {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__,
            "pillow": PIL.__version__, "numpy": numpy.__version__}


def compiled(architecture, module, classes):
    import torch._inductor.config
    from exporters import timm_family
    torch._inductor.config.freezing = True
    network = timm_family.create(architecture, classes)
    network.load_state_dict(module.state_dict())
    return torch.compile(network.to(memory_format=torch.channels_last))


if __name__ == "__main__":
    main()
