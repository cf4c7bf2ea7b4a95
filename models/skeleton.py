"""A skeleton: what a model file holds of a network but its weights, which Java fills in from a checkpoint by the tensors' names (models/FORMAT.md)."""
import io
import json
import math
import pickle
import pickletools
import tempfile
import zipfile
import zlib

import numpy as np
import torch

from exporters import ExportError, constants, features, lean, tracing

CLASSES = 1013
"""Of the traced network: a prime, which divides no other number in it, so that whatever it divides is the number of classes times something."""
ANY = -1
"""In a shape: the number of classes."""
TYPES = {"FloatStorage": "F32", "LongStorage": "I64", "IntStorage": "I32", "BoolStorage": "BOOL"}
LEFT_OUT = (".debug_pkl", ".cpp", "serialization_id")
MOST_DERIVED = 1 << 22
"""Elements of a tensor that others are looked up in."""


def make(module, width, height, names=None):
    """The skeleton of a network of CLASSES classes with its features behind the logits, as bytes. Changes the module.

    names   what a checkpoint calls the tensors of the module's state: its own names where there is none. Each a list, the usual one first.
    """
    spec = {"width": width, "height": height}
    own, names = _filled(module, names, spec)
    places = {id(part): name for name, part in module.named_modules()}
    whole, _ = features.beside_logits(module, spec)
    last = places[id(whole.layer)] + "."

    def moved(name):
        return f"layer.{name.removeprefix(last)}" if name.startswith(last) else f"network.{name}"
    own, names = ({moved(name): value for name, value in each.items()} for each in (own, names))
    return _traced(whole, spec, CLASSES + whole.length, own, names)


def make_embedding(module, width, height, columns, names=None):
    """The same of a network without classes, which gives an embedding alone."""
    spec = {"width": width, "height": height}
    own, names = _filled(module, names, spec)
    return _traced(module, spec, columns, own, names)


def _filled(module, names, spec):
    module.float().eval()
    fill(module)
    own = dict(module.state_dict())
    constants.fix(module, spec["width"], spec["height"])
    module.eval()  # what was fixed is a module, too
    return own, names or {name: [name] for name in own}


def _traced(module, spec, columns, own, names):
    with lean.forwards(module, spec, columns):
        return of_traced(tracing.trace(module, tracing.pixels(spec), columns, prove=False), own, names)


def of_traced(traced, own, names):
    """The same of a traced network. `own` are the tensors that its module had, by their names."""
    entries, known = _entries(traced, own)
    tensors, derived, tables = _records(known, own, names, entries)
    index = {
        "tensors": tensors, "derived": derived, "classes": _places(entries["data.pkl"]),
        "unused": sorted(name for own_name in own if own_name not in known for name in names[own_name]),
        "entries": [[name, len(data)] for name, data in {**entries, **tables}.items()],
    }
    if any(str(CLASSES).encode() in data for name, data in entries.items() if name.startswith("code/")):
        raise ExportError("the number of classes stands in the traced code: such a network has no skeleton")
    return json.dumps(index, separators=(",", ":")).encode() + b"\n" + b"".join([*entries.values(), *tables.values()])


@torch.no_grad()
def fill(module):
    """Weights that no two places share, quickly: what is looked up in a tensor is recognised by its numbers."""
    draw = torch.Generator().manual_seed(1)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if tensor.is_floating_point() and not name.endswith("attn_mask"):
            # about as large as what trained ones are, and never negative where a variance is
            middle, reach = (1, 0.5) if tensor.dim() < 2 and name.endswith(("weight", "var")) else (0, (3 / max(1, math.prod(tensor.shape[1:]))) ** 0.5)
            tensor.uniform_(middle - reach, middle + reach, generator=draw)


def pack(skeleton):
    """As it is stored."""
    return zlib.compress(skeleton, 9)


def unpack(data):
    return zlib.decompress(data)


def _entries(traced, own):
    """The archive's entries; of tensors that a checkpoint has only the names, as they may be gigabytes."""
    with tempfile.NamedTemporaryFile(suffix=".pt") as file:
        torch.jit.save(traced, file.name)
        with zipfile.ZipFile(file.name) as source:
            names = {entry.partition("/")[2]: entry for entry in source.namelist() if not entry.endswith(LEFT_OUT)}
            known = tensors_of(source.read(names["data.pkl"]))
            asked = {f"data/{tensor.key}" for name, tensor in known.items() if _is_asked(name, own)}
            return {name: b"" if name in asked else source.read(entry) for name, entry in names.items()}, known


def _is_asked(name, own):
    return name in own and not name.endswith("num_batches_tracked")


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


def tensors_of(data):
    """The tensors of an archive's module by their dotted names."""
    found = {}

    def walk(module, prefix):
        for name, value in module.attributes.items():
            if isinstance(value, _Module):
                walk(value, f"{prefix}{name}.")
            elif isinstance(value, _Tensor):
                found[prefix + name] = value
    walk(_Reader(io.BytesIO(data)).load(), "")
    return found


def _records(known, own, names, entries):
    """What goes into the records: tensors of the checkpoint, what follows from them, and tables for that. Takes those records out of the entries."""
    tensors, derived, tables = {}, [], {}
    for name, tensor in known.items():
        record = f"data/{tensor.key}"
        if _is_asked(name, own):
            if not tensor.is_whole or tensor.kind not in TYPES:
                raise ExportError(f"{name} is only a part of a record, or of the type {tensor.kind}: such a network has no skeleton")
            shape = [ANY if size == CLASSES else size for size in tensor.size]
            if record in entries:
                tensors[record] = [record, TYPES[tensor.kind], shape, *names[name]]
                del entries[record]
    for name, tensor in known.items():
        record = f"data/{tensor.key}"
        if name not in own and record in entries and tensor.kind == "FloatStorage":
            rule = _rule(np.frombuffer(entries[record], "<f4"), name, own, names, tables)
            if rule:
                derived.append([record, *rule])
                del entries[record]
    if not tensors:
        raise ExportError("the network has none of the checkpoint's tensors")
    return list(tensors.values()), derived, tables


def _rule(values, name, own, names, tables):
    """How a tensor follows from one of the checkpoint's that its module had; None if it follows from none."""
    owner = name.rpartition(".")[0] + "."
    for source, tensor in own.items():
        if source.startswith(owner) and tensor.is_floating_point() and tensor.numel() <= MOST_DERIVED and tensor.dim() > 1:
            if values.size == tensor.numel() and np.array_equal(values, tensor.numpy().ravel()):
                return ["same", names[source], None, list(tensor.shape)]
            found = _rows(values, tensor.numpy().reshape(-1, tensor.shape[-1])) or _resized(values, tensor)
            if found:
                how, given = found
                if how in ("rows", "columns"):
                    data = np.asarray(given, "<u2").tobytes()
                    given = next((table for table, other in tables.items() if other == data), f"tables/{len(tables)}")
                    tables[given] = data
                return [how, names[source], given, list(tensor.shape)]
    return None


def _rows(values, table):
    """Rows of a table, one after the other; or, of "columns", all first numbers of the rows, all second ones, …"""
    rows, width = table.shape
    if rows > 0xffff or values.size % width or width < 2:
        return None
    places = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(table))}
    for how, looked in (("rows", values.reshape(-1, width)), ("columns", values.reshape(width, -1).T)):
        found = [places.get(row.tobytes()) for row in np.ascontiguousarray(looked)]
        if None not in found:
            return how, found
    return None


def _resized(values, tensor):
    """DINOv2's positions: the first row as it is, the others, a square of them, resized to another square."""
    if tensor.dim() != 3 or values.size % tensor.shape[2]:
        return None
    before, after, width = math.isqrt(tensor.shape[1] - 1), math.isqrt(values.size // tensor.shape[2] - 1), tensor.shape[2]
    if before == 0 or before ** 2 + 1 != tensor.shape[1] or (after ** 2 + 1) * width != values.size:
        return None
    grid = tensor[:, 1:].reshape(1, before, before, width).permute(0, 3, 1, 2)
    resized = torch.nn.functional.interpolate(grid, size=(after, after), mode="bicubic", align_corners=False)
    whole = torch.cat((tensor[:, :1], resized.permute(0, 2, 3, 1).view(1, -1, width)), dim=1)
    return ("bicubic", [before, after, width]) if np.array_equal(whole.numpy().ravel(), values) else None


def _places(data):
    """Where the number of classes, or a multiple, stands in a pickle: offset, length of the instruction, and how many times it."""
    instructions = list(pickletools.genops(data))
    ends = [position for _, _, position in instructions[1:]] + [len(data)]
    return [[position, end - position, number // CLASSES] for (operation, number, position), end in zip(instructions, ends)
            if type(number) is int and operation.name in ("BININT1", "BININT2", "BININT", "LONG1") and number and number % CLASSES == 0]
