"""Takes what a model computes anew on every call, though no pixel can change it, out of its forward: masks, index tables, position embeddings.

Traced as they are, such tensors would be created on the device of the trace, or looked up through integer tables, which C++'s Module::to(dtype)
turns into floats. As floating-point buffers they move and cast with the module, and cost nothing per call.
"""
import functools

import torch
from torch import nn

from . import tracing

METHODS = ("get_attn_mask", "interpolate_pos_encoding", "_get_rel_pos_bias", "get_attention_biases")
"""Methods whose result depends on the input's size, never on its values: of Swin; of ViT, DINOv2, SigLIP and others; of timm's Swin and BEiT; of LeViT."""
SETTERS = ("set_shift_and_window_size",)
"""Methods that set their module up for the input's size, with tensors where they are traced: once is enough. Of Swin, whose last stage is one window."""


@torch.no_grad()
def fix(module, width, height):
    """Replaces METHODS and constant submodules by buffers holding their results; raises ExportError if that changes an answer."""
    first, second, other = (torch.randn(batch, 3, height, width, generator=torch.Generator().manual_seed(batch)) for batch in (2, 3, 1))
    expected = module(other)
    _fix_methods(module, first)
    _fix_submodules(module, first, second)
    tracing.compare(module(other), expected, "with its masks and position embeddings fixed")


def _fix_methods(module, x):
    recorders = [_Recorder(owner, name) for owner in module.modules() for name in METHODS + SETTERS if callable(getattr(owner, name, None))]
    module(x)
    for recorder in recorders:
        recorder.replace()


def _fix_submodules(module, first, second):
    """A submodule that answers batches of different sizes with the very same tensor has seen nothing of them."""
    answers = [_answers(module, x) for x in (first, second)]
    constant = [name for name, answer in answers[0].items() if name and _same(answer, answers[1].get(name))]
    for name in constant:
        if not any(name.startswith(outer + ".") for outer in constant):
            parent, _, last = name.rpartition(".")
            setattr(module.get_submodule(parent), last, _Constant(answers[0][name]))


def _answers(module, x):
    """What every submodule returns in module(x): name to output; None where it is called more than once."""
    found = {}

    def note(name, submodule, inputs, output):
        found[name] = None if name in found else output
    hooks = [submodule.register_forward_hook(functools.partial(note, name)) for name, submodule in module.named_modules()]
    try:
        module(x)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _same(one, other):
    return isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor) and one.is_floating_point() and torch.equal(one, other)


class _Constant(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.register_buffer("value", value.detach().clone())

    def forward(self, *args, **kwargs):
        return self.value


class _Recorder:
    """Stands before one method of one module and remembers what it returned."""

    def __init__(self, owner, name):
        self.owner, self.name, self.result = owner, name, None
        self.original = getattr(owner, name)
        object.__setattr__(owner, name, self)

    def __call__(self, *args, **kwargs):
        self.result = self.original(*args, **kwargs)
        return self.result

    def replace(self):
        object.__delattr__(self.owner, self.name)
        if self.name in SETTERS and self.result is None:
            object.__setattr__(self.owner, self.name, _nothing)
        if isinstance(self.result, torch.Tensor):
            buffer = f"fixed_{self.name}"
            self.owner.register_buffer(buffer, self.result.detach().clone())
            object.__setattr__(self.owner, self.name, functools.partial(_fixed, self.owner, buffer))


def _nothing(*args, **kwargs):
    return None


def _fixed(owner, buffer, *args, **kwargs):
    return getattr(owner, buffer)
