"""Module to machine code: AOTInductor's .pt2, for one kind of processor or card, with proof that it answers as the module does.

Unlike TorchScript it holds no graph that a reader could check or change. What it was compiled for stands in the manifest's `compiled`, and the reader
refuses it elsewhere.
"""
import contextlib
import dataclasses
import os
import pathlib
import platform
import subprocess
import tempfile

import torch

from . import ExportError, reference, tracing

MOST_PICTURES = 4096
ISAS = {"avx2": ("x86-64-v3", 256), "avx512": ("x86-64-v4", 512)}
"""The levels of the x86-64 psABI, and the bits of a vector."""

FEATURES = {
    "SSE3": "pni", "SSSE3": "ssse3", "SSE4_1": "sse4_1", "SSE4_2": "sse4_2", "POPCNT": "popcnt", "CRC32": "sse4_2", "LZCNT": "abm", "MOVBE": "movbe",
    "LAHF_SAHF": "lahf_lm", "XSAVE": "xsave", "AVX": "avx", "AVX2": "avx2", "BMI": "bmi1", "BMI2": "bmi2", "F16C": "f16c", "FMA": "fma",
    "AVX512F": "avx512f", "AVX512BW": "avx512bw", "AVX512CD": "avx512cd", "AVX512DQ": "avx512dq", "AVX512VL": "avx512vl", "EVEX512": "avx512f",
    "AVX512VNNI": "avx512_vnni", "AVX512BF16": "avx512_bf16", "AVX512FP16": "avx512_fp16", "AVXVNNI": "avx_vnni",
    "AMX_TILE": "amx_tile", "AMX_BF16": "amx_bf16", "AMX_INT8": "amx_int8", "AMX_FP16": "amx_fp16",
}
"""What a compiler may use, by the macro that says so, and Linux's name for it."""


UNLOADABLE = """#if defined(__cplusplus)
extern "C" __attribute__((weak, visibility("hidden"))) int __cxa_thread_atexit(void (*)(void*), void*, void*) noexcept { return 0; }
#endif
"""
"""Unique symbols, and the destructor that each thread registers for the text of its last error, would keep a closed library in the reader's process."""


@dataclasses.dataclass(frozen=True)
class Target:
    """What a network is compiled for. `isa` None: the best of this processor. `batch` None: any size; else this one only, others run in parts of it."""
    device: str = "cpu"
    isa: str | None = None
    batch: int | None = None

    def check(self, half):
        """Raises ExportError where nothing can be compiled for it here."""
        if platform.system() != "Linux" or platform.machine() != "x86_64":
            raise ExportError("--aoti compiles on Linux and x86-64 only")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise ExportError("--aoti --device cuda compiles on a machine with the card, and torch sees none")
        if self.device == "cpu" and half:
            raise ExportError("--half with --aoti is for --device cuda: processors compute it slower")
        if self.isa == "avx512" and "avx512f" not in _flags():
            raise ExportError("--cpu avx512 compiles on a processor that has it")

    def prepare(self):
        """Has oneDNN lay out weights as the target's would; it looks once a process, before its first layer runs."""
        if level(self) == "avx2":
            os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")


def level(target):
    return target.isa or ("avx512" if "avx512f" in _flags() else "avx2")


@contextlib.contextmanager
def package(module, spec, columns, target, dtype):
    """Compiles an eval module; yields the package's path, for as long as the context lasts, and the manifest's `compiled`."""
    device = torch.device(target.device)
    module = module.to(device, dtype)
    example = tracing.noise(target.batch or 2, spec, seed=1).to(device, dtype)
    sizes = None if target.batch else ({0: torch.export.Dim("batch", min=1, max=MOST_PICTURES)},)
    from torch._inductor import aoti_compile_and_package, config
    with tempfile.TemporaryDirectory(prefix="wwts-aoti-") as folder, _cache(folder), config.patch(_options(target, folder)):
        path = pathlib.Path(folder, "model.pt2")
        try:
            with torch.no_grad():
                program = torch.export.export(module, (example,), dynamic_shapes=sizes)
                aoti_compile_and_package(program, package_path=str(path))
        except Exception as error:
            raise ExportError(f"the model cannot be compiled: {tracing._first_line(error)}") from error
        _check(_load(path), module, spec, columns, target.batch, device, dtype)
        yield path, _manifest(target, device)


def _load(path):
    """By LibTorch's own loader: that of torch.export takes entries under extra/ for texts."""
    return torch._C._aoti.AOTIModelPackageLoader(str(path), "model", False, 1, -1)


@torch.no_grad()
def _check(compiled, module, spec, columns, batch, device, dtype):
    for size in [batch] if batch else [1, 4]:
        x = tracing.noise(size, spec, seed=10 + size).to(device, dtype)
        expected = module(x)
        tracing.check_output(expected, size, columns)
        answer, = compiled.boxed_run([x])
        if dtype == torch.float32 and device.type == "cpu":
            tracing.compare(answer, expected, f"compiled, at batch {size},")
        else:
            tracing.check_output(answer, size, columns)


def _options(target, folder):
    march, bits = ISAS[level(target)]
    header = pathlib.Path(folder, "unloadable.h")
    header.write_text(UNLOADABLE)
    options = {
        "freezing": True,
        "cpp.march": f"{march} -fno-gnu-unique -include {header} -ffile-prefix-map={folder}=. -ffile-prefix-map={pathlib.Path(torch.__file__).parent}=torch",
        "cpp.simdlen": bits,
        "cpp.dynamic_threads": True,  # as many as the reader's settings say, not as this machine has
        "aot_inductor.enable_line_tables": False,
    }
    return options | ({"aot_inductor.embed_kernel_binary": True, "triton.unique_kernel_names": True} if target.device == "cuda" else {})


@contextlib.contextmanager
def _cache(folder):
    """Inductor's files go where they are removed."""
    before = os.environ.get("TORCHINDUCTOR_CACHE_DIR")
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(pathlib.Path(folder, "cache"))
    try:
        yield
    finally:
        del os.environ["TORCHINDUCTOR_CACHE_DIR"]
        if before is not None:
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = before


def _manifest(target, device):
    about = {"torch": torch.__version__.split("+")[0], "platform": "linux-x86_64", "device": target.device, "cpu_features": _used_features()}
    if target.device == "cuda":
        about["capability"] = ".".join(map(str, torch.cuda.get_device_capability(device)))
    return about | {"batch": {"min": target.batch or 1, "max": target.batch or MOST_PICTURES}}


def _used_features():
    """What the compiler may use with Inductor's own flags."""
    from torch._inductor import cpp_builder, cpu_vec_isa
    flags = cpp_builder.CppTorchOptions(vec_isa=cpu_vec_isa.pick_vec_isa())
    arguments = [f"-{flag}" for text in flags.get_cflags() for flag in text.split(" -")] + " ".join(flags.get_passthrough_args()).split()
    arguments = [argument for argument in arguments if argument.startswith("-m")]
    macros, plain = _macros(arguments), _macros([])
    return sorted({name for macro, name in FEATURES.items() if f"__{macro}__" in macros - plain})


def _macros(arguments):
    from torch._inductor import cpp_builder
    command = [cpp_builder.get_cpp_compiler(), *arguments, "-dM", "-E", "-x", "c++", os.devnull]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[1] for line in lines}


def _flags():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return line.split(":", 1)[1].split()
    return []


@torch.no_grad()
def check_written(out, pictures, rows, spec, target, dtype):
    """The file as a stranger finds it, on this machine: it loads, and answers the self-test."""
    network = _load(out)
    x = torch.cat([reference.network_input(data, spec) for data in pictures]).to(target.device, dtype)
    size = target.batch or len(x)
    x = torch.cat([x, x.new_zeros(-len(x) % size, *x.shape[1:])])
    answers = torch.cat([network.boxed_run([part])[0] for part in x.split(size)])[:len(pictures)].float().cpu()
    if target.device == "cpu":
        tracing.compare(answers, rows, "in the written file")
