"""Random weights with statistics that are not trivial, so that no operation of a network goes unnoticed: at their initial values a layer scale of
1e-6 hides its whole branch, normalisations do nothing, and position embeddings are zeros."""
import torch
from torch import nn

SCALES = ("gamma", "gain", "scale", "alpha", "temperature", "lambda", "ls1", "ls2", "weight")
"""Words in the names of parameters that something is multiplied by."""
NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)


@torch.no_grad()
def randomise(module, example, seed):
    """Changes a module's parameters and buffers in place, for inputs like `example`, and leaves it in eval mode."""
    draw = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        if parameter.is_floating_point() and parameter.numel() and _is_constant(parameter):
            parameter.copy_(_varied(name, parameter, draw))
    for layer in module.modules():
        if isinstance(layer, NORMS) and layer.weight is not None and layer.weight.abs().mean() < 0.2:
            layer.weight.copy_(_between(0.4, 1.1, layer.weight.shape, draw))
        if isinstance(layer, (nn.Linear, nn.modules.conv._ConvNd)):
            _hear(layer.weight)
    _measure_statistics(module.eval(), example, draw)
    # some keep what they computed of parameters until they train again
    module.train()
    module.eval()


def _is_constant(parameter):
    return parameter.numel() == 1 or bool((parameter == parameter.flatten()[0]).all())


def _varied(name, parameter, draw):
    value = parameter.flatten()[0].item()
    if abs(value) >= 0.1:
        return value * _between(0.4, 1.1, parameter.shape, draw)
    if value != 0 or any(word in name.rsplit(".", 1)[-1] for word in SCALES) and parameter.numel() == max(parameter.shape, default=1):
        return _between(0.2, 0.8, parameter.shape, draw)
    return 0.1 * torch.randn(parameter.shape, generator=draw)


def _hear(weight):
    """Scales up what was made so small that nothing of the input would come through."""
    if weight.dim() > 1:
        gain = weight.std().item() * (weight.numel() / weight.shape[0]) ** 0.5
        if 0 < gain < 0.5:
            weight.mul_(0.8 / gain)


def _between(low, high, shape, draw):
    return low + (high - low) * torch.rand(shape, generator=draw)


def _measure_statistics(module, example, draw):
    """Sets the statistics of batch normalisations, one after the other, to about what the example's values are there: a depth of them neither swells
    nor fades what passes."""

    def measure(norm, inputs):
        values = inputs[0].transpose(0, 1).flatten(1) if inputs[0].dim() > 1 else inputs[0][None]
        variance = values.var(1) if values.shape[1] > 1 else torch.ones(values.shape[0])
        # what hardly moves here would move the more elsewhere
        variance = variance.clamp(min=max(1e-6, 0.1 * variance.mean().item()))
        norm.running_mean.copy_(values.mean(1) + 0.2 * variance.sqrt() * torch.randn(variance.shape, generator=draw))
        norm.running_var.copy_(variance * _between(0.7, 1.5, variance.shape, draw))

    norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.running_mean is not None]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    try:
        module(example)
    finally:
        for hook in hooks:
            hook.remove()
