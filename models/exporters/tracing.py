"""Module to TorchScript, with proof that the result is the same function for any batch, on any device and in any dtype."""
import functools
import warnings

import torch
from torch.overrides import TorchFunctionMode

from . import ExportError

RELATIVE_TOLERANCE = 1e-4
"""Of the largest logit. Eager and traced run the same float32 kernels; only fused operations and the batch size change the order of sums (about 1e-6)."""


@torch.no_grad()
def trace(module, inputs, columns, prove=True):
    """Traces an eval module in float32 and, unless told otherwise, compares it with the eager one at batch 1 and 4. `inputs`: from a batch and a seed to the module's input."""
    example = inputs(2, seed=1)
    try:
        with _WithoutIdleCasts(), warnings.catch_warnings():
            warnings.simplefilter("ignore", torch.jit.TracerWarning)  # what it fears is checked below
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript itself
            traced = torch.jit.trace(module, example, check_trace=False, _store_inputs=False)
    except Exception as error:
        raise ExportError(f"the model cannot be traced: {_first_line(error)}") from error
    for batch in (1, 4) if prove else ():
        x = inputs(batch, seed=10 + batch)
        expected = module(x)
        check_output(expected, batch, columns)
        compare(_run(traced, x, f"at batch {batch}"), expected, f"at batch {batch}")
    check_movable(traced.inlined_graph)
    return traced


class _WithoutIdleCasts(TorchFunctionMode):
    """Keeps casts that change nothing out of the trace.

    Models write x.to(weight.dtype), which is idle in float32, but would be recorded as a cast to float32 for ever and break the module once it is
    cast to another dtype.
    """

    SOFTMAX = (torch.softmax, torch.Tensor.softmax, torch.nn.functional.softmax)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function is torch.Tensor.to and all(_idle(wanted, args[0]) for wanted in (*args[1:], *kwargs.values())):
            return args[0]
        if function is torch.Tensor.float and args[0].dtype == torch.float32:
            return args[0]
        if function in self.SOFTMAX and kwargs.get("dtype") == args[0].dtype:
            kwargs["dtype"] = None
        return function(*args, **kwargs)


def _idle(wanted, tensor):
    """Whether tensor.to(wanted) returns the tensor itself."""
    if isinstance(wanted, torch.Tensor):
        return wanted.dtype == tensor.dtype and wanted.device == tensor.device
    return wanted is None or wanted is False or wanted == tensor.dtype or (isinstance(wanted, (str, torch.device)) and torch.device(wanted) == tensor.device)


def compare(actual, expected, where):
    """Raises ExportError unless both tensors are finite, of one shape, and nearly equal."""
    if actual.shape != expected.shape:
        raise ExportError(f"{where} the traced model gives shape {tuple(actual.shape)} instead of {tuple(expected.shape)}")
    if not (torch.isfinite(actual).all() and torch.isfinite(expected).all()):
        raise ExportError(f"{where} the model gives values that are not finite")
    allowed = RELATIVE_TOLERANCE * max(1.0, expected.abs().max().item())
    difference = (actual.double() - expected.double()).abs().max().item()
    if difference > allowed:
        raise ExportError(f"{where} the traced model differs from the eager one by {difference:.3g} (allowed {allowed:.3g}): it depends on its input's values or size")


def check_movable(graph):
    """Raises ExportError where the graph names a device or holds a tensor that `module.to(...)` would leave behind."""
    for node in graph.findAllNodes("prim::Constant", recurse=True):
        output = node.output()
        if output.type().kind() == "DeviceObjType" and output.uses():
            raise ExportError(f"the traced model creates tensors on a fixed device ({_place(output)}), so it could not run on another")
        if output.type().kind() == "TensorType" and node.hasAttribute("value") and node.t("value").dim() > 0:
            shape = tuple(node.t("value").shape)
            raise ExportError(f"the traced model holds a tensor of shape {shape} that is neither parameter nor buffer ({_place(output)}), so it could not be moved")


@torch.no_grad()
def check_cast(traced, dtype, inputs, columns):
    """Raises ExportError unless the module, cast to `dtype`, runs and answers in it. Leaves it cast."""
    traced.to(dtype)
    x = inputs(1, seed=3)
    output = _run(traced, x.to(dtype) if x.is_floating_point() else x, f"cast to {dtype}")
    check_output(output, 1, columns)
    if output.dtype != dtype:
        raise ExportError(f"the traced model cast to {dtype} answers in {output.dtype}: a dtype is fixed in its code")


def check_output(output, batch, columns):
    if not isinstance(output, torch.Tensor):
        raise ExportError(f"the model returns {type(output).__name__} instead of one tensor of logits")
    if tuple(output.shape) != (batch, columns):
        raise ExportError(f"the model returns shape {tuple(output.shape)} instead of {(batch, columns)}: a column for each label, and those of an embedding")


def _run(traced, x, where):
    try:
        with torch.jit.optimized_execution(False):  # compiling for one run would cost more than the run
            return traced(x)
    except RuntimeError as error:
        raise ExportError(f"{where} the traced model fails: {_last_line(error)}") from error


def pixels(spec):
    """Inputs of an image network. `spec` is the manifest's `input`."""
    return functools.partial(noise, spec=spec)


def noise(batch, spec, seed):
    return torch.randn(batch, 3, spec["height"], spec["width"], generator=torch.Generator().manual_seed(seed))


def _place(value):
    return ", ".join(sorted({use.user.kind() + " in " + (use.user.scopeName().rsplit("/", 1)[-1] or "forward") for use in value.uses()}))


def _first_line(error):
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _last_line(error):
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
