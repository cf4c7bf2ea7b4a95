"""Takes what a transformers model computes anew from its size alone (masks, index tables, resized position embeddings) out of its forward.

Traced as they are, such tensors would be created on the device of the trace; as buffers they move with the module, and cost nothing per call.
"""
import functools

import torch

from . import tracing

METHODS = ("get_attn_mask", "interpolate_pos_encoding", "generate_relative_position_index")
"""Methods whose result depends on the input's size, never on its values: of Swin; of ViT, DINOv2, SigLIP and others; of BEiT."""


@torch.no_grad()
def fix(module, example):
    """Replaces METHODS wherever `module(example)` calls them; raises ExportError if that changes an answer."""
    other = torch.flip(example, dims=(0, 3)) * 0.5
    expected = module(other)
    recorders = [_Recorder(owner, name) for owner in module.modules() for name in METHODS if callable(getattr(owner, name, None))]
    module(example)
    for recorder in recorders:
        recorder.replace()
    tracing.compare(module(other), expected, "with its masks and position embeddings fixed")


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
        if isinstance(self.result, torch.Tensor):
            buffer = f"fixed_{self.name}"
            self.owner.register_buffer(buffer, self.result.detach().clone(), persistent=True)
            object.__setattr__(self.owner, self.name, functools.partial(_fixed, self.owner, buffer))


def _fixed(owner, buffer, *args, **kwargs):
    return getattr(owner, buffer)
