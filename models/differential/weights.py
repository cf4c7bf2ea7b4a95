"""Random weights with statistics that are not trivial, so that no operation of a network goes unnoticed: at their initial values a layer scale of
1e-6 hides its whole branch, normalisations do nothing, and position embeddings are zeros."""
import torch

SCALES = ("gamma", "gain", "scale", "alpha", "temperature", "lambda", "ls1", "ls2", "weight")
"""Words in the names of parameters that something is multiplied by."""


@torch.no_grad()
def randomise(module, example, seed):
    """Changes a module's parameters and buffers in place, for inputs like `example`, and leaves it in eval mode."""
    draw = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        if parameter.is_floating_point() and parameter.numel() and _is_constant(parameter):
            parameter.copy_(_varied(name, parameter, draw))
    for layer in module.modules():
        if isinstance(layer, (torch.nn.Linear, torch.nn.modules.conv._ConvNd)):
            _hear(layer.weight)
    _measure_statistics(module.eval(), example)
    for norm in _batch_norms(module):
        deviation = norm.running_var.sqrt()
        norm.running_mean.add_(deviation * 0.2 * torch.randn(deviation.shape, generator=draw))
        norm.running_var.mul_(_between(0.6, 1.6, deviation.shape, draw))
    # some keep what they computed of parameters until they train again
    module.train()
    module.eval()


def _is_constant(parameter):
    return parameter.numel() == 1 or bool((parameter == parameter.flatten()[0]).all())


def _varied(name, parameter, draw):
    value = parameter.flatten()[0].item()
    if abs(value) >= 0.1:
        return value * _between(0.6, 1.4, parameter.shape, draw)
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


def _batch_norms(module):
    kinds = torch.nn.modules.batchnorm._BatchNorm
    return [m for m in module.modules() if isinstance(m, kinds) and m.running_mean is not None]


def _measure_statistics(module, example):
    """Sets the statistics of batch normalisation to what the example's values are there, so that depth neither swells nor fades what passes."""
    norms = _batch_norms(module)
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    try:
        module(example)
    finally:
        for norm in norms:
            norm.eval()
    for norm in norms:
        # what hardly moves here would move the more elsewhere
        norm.running_var.clamp_(min=max(1e-4, 0.1 * norm.running_var.mean().item()))
