"""The same work in Python: bytes of a picture to the five best labels, with torch, Pillow and torchvision; one line of JSON a call.

    python benchmarks/python/reference.py MODEL.pt PICTURE --threads 1 --calls 30 [--compile ARCH]

With --compile, timm's network of that name takes the model's weights and goes through torch.compile, with frozen weights and
channels-last inputs, which is what torch advises on CPUs; it needs a C++ compiler. Otherwise the TorchScript module runs, frozen.
"""
import argparse
import json
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models"))
from exporters import reference  # noqa: E402 (after the path is set)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--compile", metavar="ARCH")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    extra = {"wwts.json": "", "labels.txt": ""}
    module = torch.jit.load(str(args.model), map_location="cpu", _extra_files=extra)
    manifest, labels = json.loads(extra["wwts.json"]), extra["labels.txt"].decode().splitlines()
    layout = torch.channels_last if args.compile else torch.contiguous_format
    module = compiled(args.compile, module, len(labels)) if args.compile else torch.jit.freeze(module.float().eval())
    data = args.picture.read_bytes()
    with torch.no_grad() if args.compile else torch.inference_mode():
        for _ in range(args.calls):
            start = time.perf_counter()
            logits = module(reference.network_input(data, manifest["input"]).contiguous(memory_format=layout))
            values, indices = logits.softmax(-1).topk(5)
            top = [(labels[i], v) for v, i in zip(values[0].tolist(), indices[0].tolist())]
            total = (time.perf_counter() - start) * 1e3
            print(json.dumps({"top": top[0][0], "total": total}, ensure_ascii=False), flush=True)


def compiled(architecture, module, classes):
    import torch._inductor.config
    from exporters import timm_family
    torch._inductor.config.freezing = True
    network = timm_family.create(architecture, classes)
    network.load_state_dict(module.state_dict())
    return torch.compile(network.to(memory_format=torch.channels_last))


if __name__ == "__main__":
    main()
