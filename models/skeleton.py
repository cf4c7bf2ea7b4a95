"""Takes the weights out of a model file: what is left is a skeleton, which Java fills from a checkpoint by the tensors' names, without Python.

    python models/export.py timm --arch mobilenetv2_100 --random --out random.pt
    python models/skeleton.py random.pt --like weights.safetensors --out mobilenetv2_100.skeleton

Tensors that the checkpoint does not name (tables of positions, for instance) stay in the skeleton; so do counters of training steps.
"""
import argparse
import json
import math
import pathlib
import pickle
import sys
import zipfile

from exporters import ExportError, archive, checkpoint

TYPES = {"FloatStorage": "F32", "LongStorage": "I64", "IntStorage": "I32", "BoolStorage": "BOOL"}
INDEX = "skeleton.json"


class _Module:
    """Any class of the archive: what it is given are its attributes."""

    def __setstate__(self, state):
        self.attributes = state


class _Tensor:
    def __init__(self, storage, offset, size, stride, *_):
        (self.kind, self.key, self.count), self.size = storage, tuple(size)
        contiguous = tuple(math.prod(self.size[i + 1:]) for i in range(len(self.size)))
        self.is_whole = offset == 0 and self.count == math.prod(self.size) and tuple(stride) == contiguous


class _Reader(pickle.Unpickler):
    """Makes nothing but what is above, lists and dictionaries."""

    def find_class(self, module, name):
        if module.startswith("__torch__"):
            return type(name, (_Module,), {})
        if name == "_rebuild_tensor_v2":
            return _Tensor
        if module == "torch" and name.endswith("Storage"):
            return type(name, (), {})
        return lambda *given: given[0] if given else None

    def persistent_load(self, name):
        return name[1].__name__, name[2], name[4]


def tensors(file):
    """The tensors of a model file's module by their dotted names."""
    with zipfile.ZipFile(file) as source, source.open(f"{archive.NAME}/data.pkl") as data:
        root = _Reader(data).load()
    found = {}

    def walk(module, prefix):
        for name, value in module.attributes.items():
            if isinstance(value, _Module):
                walk(value, f"{prefix}{name}.")
            elif isinstance(value, _Tensor):
                found[prefix + name] = value
    walk(root, "")
    return found


def write(file, names, out):
    """Writes the skeleton of a model file for checkpoints that hold tensors of those names."""
    records, unused = {}, []
    known = tensors(file)
    for name in names:
        tensor = known.get(name)
        if tensor is None or name.endswith("num_batches_tracked"):
            unused.append(name)
        elif not tensor.is_whole or tensor.kind not in TYPES:
            raise ExportError(f"{name} is only a part of a record, or of the type {tensor.kind}: such a network has no skeleton")
        else:
            records.setdefault(f"data/{tensor.key}", {"name": name, "dtype": TYPES[tensor.kind], "shape": list(tensor.size)})
    if not records:
        raise ExportError(f"{file} has none of the checkpoint's tensors")
    index = json.dumps({"tensors": records, "unused": unused}, indent=1).encode()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(_entry(f"extra/{INDEX}", zipfile.ZIP_DEFLATED), index)
        for entry in source.infolist():
            name = entry.filename.removeprefix(archive.NAME + "/")
            if name not in records and not name.startswith("extra/"):
                target.writestr(_entry(name, entry.compress_type), source.read(entry))


def _entry(name, compress_type):
    entry = zipfile.ZipInfo(f"{archive.NAME}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compress_type
    return entry


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, help="a model file that models/export.py wrote, with whatever weights")
    parser.add_argument("--like", required=True, metavar="CHECKPOINT", help="a checkpoint of the network, for the names of its tensors")
    parser.add_argument("--out", required=True, metavar="SKELETON")
    args = parser.parse_args(arguments)
    try:
        write(args.model, list(checkpoint.read(args.like)), args.out)
        return 0
    except (ExportError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
