"""The zip behind a model file: written once by torch, then copied without what a model file should not carry."""
import contextlib
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
    with _complete(out) as folder:
        plain = pathlib.Path(folder, NAME + ".pt")
        torch.jit.save(traced, str(plain))
        _pack(plain, extra, folder)


def nested(traced):
    """A module as the bytes of a zip of its own, to be an entry of another one."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        plain = pathlib.Path(folder, NAME + ".pt")
        torch.jit.save(traced, str(plain))
        _pack(plain, {}, folder)
        return pathlib.Path(folder, "packed").read_bytes()


def write_package(package, extra, out):
    """The same for AOTInductor's package."""
    with _complete(out) as folder:
        _pack(package, extra, folder)


@contextlib.contextmanager
def _complete(out):
    """A folder whose file `packed` becomes `out`."""
    out = pathlib.Path(out)
    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".export-") as folder:
            yield folder
            os.replace(pathlib.Path(folder, "packed"), out)
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror or error}") from error


def _pack(plain, extra, folder):
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(pathlib.Path(folder, "packed"), "w") as target:
        for name, data in extra.items():
            entry = _entry(f"{NAME}/extra/{name}", zipfile.ZIP_STORED if name.endswith(".pt") else zipfile.ZIP_DEFLATED)
            _align(entry, target)
            target.writestr(entry, data)
        for entry in source.infolist():
            _copy(entry, source, target)


def read_extra(path):
    """The extra entries of a model file, name to bytes, as any zip reader sees them."""
    prefix = f"{NAME}/extra/"
    with zipfile.ZipFile(path) as source:
        return {entry.filename.removeprefix(prefix): source.read(entry) for entry in source.infolist() if entry.filename.startswith(prefix)}


def _copy(entry, source, target):
    if entry.filename.endswith((".debug_pkl", ".cpp")):
        return  # sources, and where each operation stood in them: this machine's paths, and half of the small files
    copy = _entry(f"{NAME}/{entry.filename.partition('/')[2]}", entry.compress_type)
    copy.file_size = entry.file_size
    _align(copy, target)
    with source.open(entry) as data, target.open(copy, "w") as out:
        shutil.copyfileobj(data, out, 1 << 20)


def _entry(name, compress_type):
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compress_type
    return entry


def _align(entry, target):
    """Gives a stored entry an extra field ("FB", as torch writes it) after which its data are aligned."""
    if entry.compress_type == zipfile.ZIP_STORED:
        fill = -(target.fp.tell() + 30 + len(entry.filename.encode()) + 4) % ALIGNMENT
        entry.extra = b"FB" + fill.to_bytes(2, "little") + b"Z" * fill
