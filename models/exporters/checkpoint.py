"""Reading checkpoints without running code from them, and loading them so that nothing is skipped in silence."""
import pathlib
import pickle

import torch

from . import ExportError

SHOWN = 3
"""How many differing keys an error names."""


def read(path):
    """The state dict in a .safetensors or torch file, without the prefixes that DataParallel leaves in the names."""
    path = pathlib.Path(path)
    if not path.is_file():
        raise ExportError(f"no such checkpoint: {path}")
    state = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    for wrapper in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            state = state[wrapper]
    if not isinstance(state, dict) or not state or not all(isinstance(v, torch.Tensor) for v in state.values()):
        raise ExportError(f"{path} is not a checkpoint: expected names and tensors, or such under \"state_dict\"")
    return {name.removeprefix("module.").replace(".module.", "."): tensor for name, tensor in state.items()}


def load_strict(module, state, where):
    """Loads `state` into `module`, or raises ExportError with the counts and the first names that differ."""
    own = module.state_dict()
    for name, tensor in own.items():  # counters of training steps, which old checkpoints lack and inference does not use
        if name.endswith("num_batches_tracked"):
            state.setdefault(name, tensor)
    missing = [name for name in own if name not in state]
    extra = [name for name in state if name not in own]
    other = [f"{name} is {_shape(state[name])} instead of {_shape(own[name])}" for name in own if name in state and state[name].shape != own[name].shape]
    refuse(where, missing, extra, other)
    module.load_state_dict(state, strict=True)


def refuse(where, missing, extra, other):
    """Raises ExportError if any of the three lists of names has an entry."""
    parts = [_part("missing", missing), _part("not expected", extra), _part("of another shape", other)]
    if any(parts):
        raise ExportError(f"{where} does not fit the model: " + "; ".join(part for part in parts if part))


def _part(what, names):
    if not names:
        return ""
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return f"{len(names)} {'key' if len(names) == 1 else 'keys'} {what} ({shown})"


def _shape(tensor):
    return "x".join(map(str, tensor.shape)) or "a single number"


def _read_safetensors(path):
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    try:
        return load_file(str(path))
    except (SafetensorError, OSError) as error:
        raise ExportError(f"cannot read the checkpoint {path}: {error}") from error


def _read_torch(path):
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ExportError(f"{path} is not a checkpoint of tensors only, or is damaged; other kinds could run code when read and are refused") from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise ExportError(f"cannot read the checkpoint {path}: {str(error).splitlines()[0] if str(error) else type(error).__name__}") from error
