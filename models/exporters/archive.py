"""The zip behind a TorchScript file: written once by torch, then copied without what a model file should not carry."""
import os
import pathlib
import shutil
import tempfile
import zipfile

import torch

from . import ExportError

NAME = "model"
"""The folder that all entries share. torch takes it from the file's name; a fixed one makes equal models equal files."""
ALIGNMENT = 64
"""Bytes. torch aligns stored tensors so, for reading them with mmap."""


def write(traced, extra, out):
    """Writes the module and the `extra` entries (name to bytes, in this order) to `out`, which appears only when complete."""
    out = pathlib.Path(out)
    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".export-") as folder:
            plain, packed = pathlib.Path(folder, NAME + ".pt"), pathlib.Path(folder, "packed.pt")
            torch.jit.save(traced, str(plain))
            with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w") as target:
                for name, data in extra.items():
                    target.writestr(_entry(f"{NAME}/extra/{name}", zipfile.ZIP_DEFLATED), data)
                for entry in source.infolist():
                    _copy(entry, source, target)
            plain.unlink()
            os.replace(packed, out)
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror or error}") from error


def read_extra(path):
    """The extra entries of a model file, name to bytes, as any zip reader sees them."""
    prefix = f"{NAME}/extra/"
    with zipfile.ZipFile(path) as source:
        return {entry.filename.removeprefix(prefix): source.read(entry) for entry in source.infolist() if entry.filename.startswith(prefix)}


def _copy(entry, source, target):
    if entry.filename.endswith(".debug_pkl"):
        return  # where each operation stood in the Python sources: this machine's paths, and half of the small files
    copy = _entry(entry.filename, entry.compress_type)
    copy.file_size = entry.file_size
    if entry.compress_type == zipfile.ZIP_STORED:
        copy.extra = _padding(target.fp.tell() + 30 + len(entry.filename.encode()))
    with source.open(entry) as data, target.open(copy, "w") as out:
        shutil.copyfileobj(data, out, 1 << 20)


def _entry(name, compress_type):
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compress_type
    return entry


def _padding(offset):
    """An extra field ("FB", as torch writes it) after which `offset` plus its length is aligned."""
    fill = -(offset + 4) % ALIGNMENT
    return b"FB" + fill.to_bytes(2, "little") + b"Z" * fill
