"""Has a classifier give its features too: what its last layer reads, as further columns behind the logits.

The last layer is taken out and asked beside the network, so that nothing is computed twice and nothing that a trace would not see is remembered.
"""
import functools

import torch
from torch import nn

from . import ExportError, manifest as rules, tracing

MEANING = "features before the last layer"
UNIT = 1e-4
"""Lengths that differ from 1 by less are meant to be 1."""


class WithFeatures(nn.Module):
    """Pixels to logits and features, one after the other: batch x (classes + length)."""

    def __init__(self, network, layer):
        super().__init__()
        self.network, self.layer = network, layer
        self.length = layer.in_channels if isinstance(layer, nn.Conv2d) else layer.in_features

    def forward(self, pixels):
        features = self.network(pixels).flatten(1)
        rows = features[:, :, None, None] if isinstance(self.layer, nn.Conv2d) else features
        return torch.cat([self.layer(rows).flatten(1), features], 1)


@torch.no_grad()
def beside_logits(module, spec):
    """The module with its features behind its logits, which stay what they were, and the manifest's `embedding`. Takes the module apart."""
    x = tracing.noise(2, spec, seed=31)
    logits = module(x)
    parent, _, last = _last_layer(module, x, logits).rpartition(".")
    owner = module.get_submodule(parent)
    layer = getattr(owner, last)
    setattr(owner, last, nn.Identity())
    try:
        whole = WithFeatures(module, layer).eval()
        rows = whole(x)
    except Exception as error:
        raise ExportError(f"--embedding: the model does not run without its last layer: {tracing._first_line(error)}") from error
    classes = logits.shape[1]
    if rows.shape[1] != classes + whole.length:
        raise ExportError("--embedding: the last layer reads more than one row of features a picture")
    tracing.compare(rows[:, :classes], logits, "with its features beside the logits")
    lengths = rows[:, classes:].norm(dim=1)
    return whole, rules.embedding(whole.length, MEANING, bool(((lengths - 1).abs() < UNIT).all()))


def _last_layer(module, x, logits):
    """The name of the linear layer, or convolution of single pixels, whose result is the logits."""
    found = {}

    def note(name, layer, inputs, output):
        found[name] = None if name in found else output
    layers = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]
    hooks = [layer.register_forward_hook(functools.partial(note, name)) for name, layer in layers]
    try:
        module(x)
    finally:
        for hook in hooks:
            hook.remove()
    for name, output in reversed(found.items()):
        if output is not None and output.numel() == logits.numel() and torch.equal(output.reshape(logits.shape), logits):
            return name
    raise ExportError("--embedding: the model's logits are not the result of one linear layer, so it has no features that are its own to give")
