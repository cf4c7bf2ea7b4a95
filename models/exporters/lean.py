"""Says in fewer operations what some networks say in more, while they are traced, and proves that the answers stay.

A vision transformer that answers from its class token reads one of 197 rows of its last block's result: queries, attention, linear layers and
normalisation of the others are work for nothing, 7 % of a ViT-B/16's products. Split attention (ResNeSt, SKNet) sums over an axis of a reshaped
or stacked tensor, which LibTorch on a CPU adds up value by value where channels lie side by side; sums of whole tensors keep the layout.
"""
import contextlib
import functools
import sys

import torch
from torch.nn import functional

from . import tracing

ROUNDING = 1e-5
"""Of the largest logit. Sums in another order move the logits by less than 1e-6 of it."""
MAGNIFIED = 4
"""Networks that magnify may differ by so many times what noise of 1e-6 in their input does, but not by more than a trace may."""


@contextlib.contextmanager
def forwards(module, spec, columns):
    """Within it, parts of an eval module have a leaner forward; if that changed an answer, none has, and stderr says so."""
    changes = [change for owner in module.modules() for change in _changes(owner)]
    with torch.no_grad():
        fault = _fault(module, changes, spec, columns) if changes else None
    if fault:
        print(f"note: the model is written with all its operations, as with fewer {fault}", file=sys.stderr)
    with _changed([] if fault else changes):
        yield


def _fault(module, changes, spec, columns):
    """Why the changes must not be; None if the answers stay."""
    inputs = [tracing.noise(batch, spec, seed=20 + batch) for batch in (1, 2)]
    plain = [module(x) for x in inputs]
    for batch, y in enumerate(plain, 1):
        tracing.check_output(y, batch, columns)
    largest = max(y.abs().max().item() for y in plain)
    moved = _distance(module(inputs[1] + 1e-6 * tracing.noise(2, spec, seed=23)), plain[1])
    allowed = min(max(ROUNDING * largest, MAGNIFIED * moved), tracing.RELATIVE_TOLERANCE * largest)
    try:
        with _changed(changes):
            difference = max(_distance(module(x), y) for x, y in zip(inputs, plain))
    except Exception as error:  # who reads more than is thought here may trip over anything
        return f"it would fail: {error}"
    return None if difference <= allowed else f"its logits would differ by {difference:.3g} (allowed {allowed:.3g})"


@contextlib.contextmanager
def _changed(changes):
    for owner, forward in changes:
        owner.forward = functools.partial(forward, owner)
    try:
        yield
    finally:
        for owner, _ in changes:
            del owner.forward


def _distance(a, b):
    return (a.double() - b.double()).abs().max().item()


def _changes(module):
    """Pairs of a module and its leaner forward. By name, as a library that made none of the modules need not be imported."""
    library, _, kind = f"{type(module).__module__}.{type(module).__name__}".partition(".")
    if library == "timm":
        if kind == "layers.split_attn.SplitAttn" and module.radix > 1:
            return [(module, split_attention)]
        if kind == "layers.selective_kernel.SelectiveKernel":
            return [(module, selective_kernel)]
        if kind == "models.vision_transformer.VisionTransformer" and module.global_pool == "token" and module.attn_pool is None:
            last = module.blocks[-1]
            known = (type(last).__name__, type(last.attn).__name__, last.attn.gate) == ("Block", "Attention", None)
            return [(last, timm_block)] if known else []
    if library == "transformers":
        if type(module).__name__ in ("ViTForImageClassification", "DeiTForImageClassification", "ViTMSNForImageClassification"):
            return [(module.base_model.layers[-1], vit_layer)]
        if type(module).__name__ == "ChineseCLIPVisionModel":
            return [(module.encoder.layers[-1], clip_layer)]
    return []


def split_attention(self, x):
    """timm's SplitAttn of two or more parts."""
    x = self.act0(self.drop(self.bn0(self.conv(x))))
    means = _sum(x.mean((2, 3), keepdim=True).chunk(self.radix, 1))
    scores = self.fc2(self.act1(self.bn1(self.fc1(means))))
    weights = self.rsoftmax(scores).reshape(x.shape[0], -1, 1, 1)
    return _mixed(x.chunk(self.radix, 1), weights.chunk(self.radix, 1))


def selective_kernel(self, x):
    """timm's SelectiveKernel."""
    inputs = x.chunk(self.num_paths, 1) if self.split_input else [x] * self.num_paths
    parts = [path(part) for path, part in zip(self.paths, inputs)]
    means = _sum([part.mean((2, 3), keepdim=True) for part in parts])
    scores = self.attn.fc_select(self.attn.act(self.attn.bn(self.attn.fc_reduce(means))))
    weights = torch.softmax(torch.stack(scores.chunk(self.num_paths, 1), 1), 1)
    return _mixed(parts, weights.unbind(1))


def _sum(parts):
    return functools.reduce(torch.add, parts)


def _mixed(parts, weights):
    """The sum of each part times its weight, where weights add up to 1."""
    if len(parts) == 2:
        return torch.lerp(*parts, weights[1])
    return functools.reduce(lambda total, pair: torch.addcmul(total, *pair), zip(parts[1:], weights[1:]), parts[0] * weights[0])


def timm_block(self, x, *_, **__):
    """timm's Block, for the class token alone: the first row."""
    rows, attention, qkv = self.norm1(x), self.attn, self.attn.qkv
    width = attention.attn_dim
    q = functional.linear(rows[:, :1], qkv.weight[:width], None if qkv.bias is None else qkv.bias[:width])
    kv = functional.linear(rows, qkv.weight[width:], None if qkv.bias is None else qkv.bias[width:])
    q, k, v = (_heads(part, attention) for part in (q, *kv.chunk(2, -1)))
    attended = _attend(attention.q_norm(q), attention.k_norm(k), v)
    x = x[:, :1] + self.ls1(attention.proj(attention.norm(attended)))
    return x + self.ls2(self.mlp(self.norm2(x)))


def vit_layer(self, x, *_, **__):
    """The layer of transformers' ViT and its like, for the class token alone."""
    return _layer(self, x, self.layernorm_before, self.attention, self.attention.o_proj, self.layernorm_after)


def clip_layer(self, x, *_, **__):
    """The layer of transformers' CLIP and its like, for the class token alone."""
    return _layer(self, x, self.layer_norm1, self.self_attn, self.self_attn.out_proj, self.layer_norm2)


def _layer(self, x, norm1, attention, projection, norm2):
    rows = norm1(x)
    parts = attention.q_proj(rows[:, :1]), attention.k_proj(rows), attention.v_proj(rows)
    x = x[:, :1] + projection(_attend(*(_heads(part, attention) for part in parts)))
    return x + self.mlp(norm2(x))


def _heads(rows, attention):
    """Batch x rows x width to batch x heads x rows x width of a head."""
    return rows.reshape(*rows.shape[:2], -1, attention.head_dim).transpose(1, 2)


def _attend(q, k, v):
    return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
