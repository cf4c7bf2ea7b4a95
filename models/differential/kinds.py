"""Tiny networks, one for each thing that Java rewrites and each way in which rewriting can go wrong.

    python models/differential/kinds.py FOLDER      # a folder in it for each
"""
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional

SIDE = 32


class Chain(nn.Sequential):
    """Layers one after the other, then a mean over the pixels and a linear layer."""

    def __init__(self, *layers, channels=16):
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 20))


def _stem():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """An activation in place behind a sum, in all the ways that people write one."""

    def __init__(self, activation, groups=1, in_place=False):
        super().__init__()
        self.conv = nn.Conv2d(16, 16, 3, 1, 1, groups=groups)
        self.norm, self.activation, self.in_place = nn.BatchNorm2d(16), activation, in_place

    def forward(self, x):
        y = self.norm(self.conv(x))
        if self.in_place:
            y += x
        else:
            y = x + y
        return self.activation(y)


class Gate(nn.Module):
    """Squeeze and excitation, which multiplies in place, and a convolution over channels."""

    def __init__(self):
        super().__init__()
        self.conv, self.less, self.more, self.along = nn.Conv2d(16, 16, 1), nn.Conv2d(16, 4, 1), nn.Conv2d(4, 16, 1), nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        x = self.conv(x)
        gate = self.more(functional.relu(self.less(x.mean((2, 3), keepdim=True))))
        x = x.mul_(functional.hardsigmoid(gate))
        along = self.along(x.mean((2, 3))[:, None]).transpose(1, 2)[..., None]
        return x * along.sigmoid()


class Coupling(nn.Module):
    """Adds in place to parts of what is read later."""

    def __init__(self, part):
        super().__init__()
        self.part, self.conv = part, nn.Conv2d(8, 8, 3, 1, 1)

    def forward(self, x):
        x = x.clone()
        if self.part == "split":
            first, second = x.split(8, 1)
        elif self.part == "chunk":
            first, second = x.chunk(2, 1)
        elif self.part == "narrow":
            first, second = x.narrow(1, 0, 8), x.narrow(1, 8, 8)
        else:
            first, second = x[:, :8], x[:, 8:]
        first += self.conv(second)
        second += self.conv(first)
        return x


class Written(nn.Module):
    """Reads a tensor that is written over before, or after, the layer beside it has run."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(16, 16, 1), nn.Conv2d(16, 16, 1)

    def forward(self, x):
        a = self.one(x)
        kept = a.transpose(2, 3).contiguous()
        b = self.two(a)
        torch.mul(a, 3, out=a)
        grouped = a.view(a.shape[0], 4, -1)
        grouped[:, 1:2] = 0.5
        return functional.relu(b) + kept + functional.max_pool2d(a.detach().contiguous(), 3, 1, 1)


class Strides(nn.Module):
    """Asks how its tensors lie in memory."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 16, 3, 1, 1)

    def forward(self, x):
        x = self.conv(x)
        n, c, h, w = x.shape
        turned = torch.as_strided(x, (n, c, w, h), (c * h * w, h * w, 1, w))
        return self.conv(turned)


class Shuffle(nn.Module):
    """Views channels as groups, and pixels as channels."""

    def __init__(self):
        super().__init__()
        self.conv, self.up = nn.Conv2d(16, 16, 3, 1, 1, groups=4), nn.ConvTranspose2d(16, 16, 2, 2)

    def forward(self, x):
        x = self.conv(x)
        n, c, h, w = x.shape
        x = x.view(n, 4, c // 4, h, w).transpose(1, 2).contiguous().view(n, c, h, w)
        x = functional.pixel_unshuffle(self.up(x), 2)
        return functional.avg_pool2d(self.conv(x[:, 8:24].contiguous()), 2)


class SplitAttention(nn.Module):
    """ResNeSt's: sums over an axis that is a view of channels."""

    def __init__(self):
        super().__init__()
        self.conv, self.one, self.two = nn.Conv2d(16, 32, 3, 1, 1, groups=2), nn.Conv2d(16, 8, 1), nn.Conv2d(8, 32, 1)

    def forward(self, x):
        x = functional.relu(self.conv(x))
        n, c, h, w = x.shape
        parts = x.reshape(n, 2, c // 2, h, w)
        gap = parts.sum(1).mean((2, 3), keepdim=True)
        weights = self.two(functional.relu(self.one(gap))).view(n, 1, 2, c // 2).transpose(1, 2)
        weights = weights.softmax(1).reshape(n, c)
        return (parts * weights.reshape(n, 2, c // 2, 1, 1)).sum(1).contiguous()


class Tokens(nn.Module):
    """A vision transformer that answers from its class token."""

    def __init__(self, mask=False):
        super().__init__()
        self.patches, self.token = nn.Conv2d(3, 24, 4, 4), nn.Parameter(torch.zeros(1, 1, 24))
        self.places, self.bias = nn.Parameter(torch.zeros(1, 65, 24)), nn.Parameter(torch.zeros(1, 3, 65, 65)) if mask else None
        self.norms = nn.ModuleList(nn.LayerNorm(24) for _ in range(5))
        self.qkv, self.out = nn.ModuleList(nn.Linear(24, 72) for _ in range(2)), nn.ModuleList(nn.Linear(24, 24) for _ in range(2))
        self.wide, self.back = nn.ModuleList(nn.Linear(24, 48) for _ in range(2)), nn.ModuleList(nn.Linear(48, 24) for _ in range(2))
        self.scale, self.head = nn.Parameter(1e-5 * torch.ones(24)), nn.Linear(24, 20)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        for i in range(2):
            n, rows, width = x.shape
            q, k, v = self.qkv[i](self.norms[i](x)).reshape(n, rows, 3, 3, 8).permute(2, 0, 3, 1, 4).unbind(0)
            attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=self.bias)
            x = x + self.out[i](attended.transpose(1, 2).reshape(n, rows, width)) * self.scale
            x = x + self.back[i](functional.gelu(self.wide[i](self.norms[2 + i](x))))
        return self.head(self.norms[4](x)[:, 0])


class ChannelsLastBlock(nn.Module):
    """ConvNeXt's: a depthwise convolution, then linear layers over channels that lie last."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.gamma = nn.Conv2d(16, 16, 7, padding=3, groups=16), nn.LayerNorm(16), nn.Parameter(1e-6 * torch.ones(16))
        self.wide, self.back = nn.Linear(16, 48), nn.Linear(48, 16)

    def forward(self, x):
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return x + (self.gamma * self.back(functional.gelu(self.wide(y)))).permute(0, 3, 1, 2)


class Windows(nn.Module):
    """Swin's: rolled windows, attention written out, with a bias from a table."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out, self.table = nn.Linear(16, 48), nn.Linear(16, 16), nn.Parameter(torch.zeros(49, 2))
        place = torch.stack(torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")).flatten(1)
        self.register_buffer("index", ((place[:, :, None] - place[:, None] + 3) * torch.tensor([7, 1])[:, None, None]).sum(0))

    def forward(self, x):
        n, c, h, w = x.shape
        y = torch.roll(x.permute(0, 2, 3, 1), (-2, -2), (1, 2)).view(n, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        q, k, v = self.qkv(y).view(-1, 16, 3, 2, 8).permute(2, 0, 3, 1, 4)
        attention = (q * 8**-0.5 @ k.transpose(-2, -1) + self.table[self.index.view(-1)].view(16, 16, 2).permute(2, 0, 1)).softmax(-1)
        y = self.out((attention @ v).transpose(1, 2).reshape(-1, 16, c)).view(n, h // 4, w // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5)
        return x + torch.roll(y.reshape(n, h, w, c), (2, 2), (1, 2)).permute(0, 3, 1, 2)


class Places(nn.Module):
    """Adds to a layer's result what has its shape for a batch of one only, and what is not of its type."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.places = nn.Linear(16, 16), nn.Linear(16, 16), nn.Parameter(torch.zeros(1, 256, 16))
        self.conv, self.map = nn.Conv2d(16, 16, 1), nn.Parameter(torch.zeros(1, 16, 16, 16))
        self.register_buffer("wide", torch.linspace(-1, 1, 16, dtype=torch.float64))

    def forward(self, x):
        x = self.conv(x) + self.map
        x = self.conv(x) + (x > 0.1)
        rows = x.flatten(2).transpose(1, 2)
        rows = self.two(functional.relu(self.one(rows) + self.places)) * self.wide.float()
        return rows.transpose(1, 2).reshape(x.shape)


class Types(nn.Module):
    """Leaves its type for a while and comes back."""

    def __init__(self):
        super().__init__()
        self.conv, self.linear, self.norm = nn.Conv2d(16, 16, 1), nn.Linear(16, 16), nn.LayerNorm(16)

    def forward(self, x):
        x = self.conv(x).float()
        rows = x.permute(0, 2, 3, 1)
        rows = self.norm(rows.double().float()) + rows.to(torch.float32).cumsum(1) * 0.1
        return self.linear(rows.to(self.linear.weight.dtype)).permute(0, 3, 1, 2)


class Branches(nn.Module):
    """Compiled, it keeps its branch, its loop and its arguments with defaults."""

    def __init__(self):
        super().__init__()
        self.stem, self.convs, self.head = _stem(), nn.ModuleList(nn.Conv2d(16, 16, 3, 1, 1) for _ in range(3)), nn.Linear(16, 20)

    def forward(self, x, scale: float = 0.5, mask: torch.Tensor | None = None, names: bool = False):
        x = self.stem(x)
        for conv in self.convs:
            y = conv(x)
            if x.shape[0] > 1 or bool((y.mean() > 0).item()):
                x = functional.relu_(x + y * scale)
            else:
                x = functional.relu(y * scale + x)
        if mask is not None:
            x = x * mask
        return self.head(x.mean((2, 3)))


ACTIVATIONS = (nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(0.1), nn.Hardswish(), nn.SiLU(), nn.GELU(), nn.GELU(approximate="tanh"), nn.Sigmoid(), nn.Tanh(),
               nn.Hardtanh(-0.5, 0.7), nn.ELU(), nn.Hardsigmoid(), nn.Mish(), nn.Softplus())

KINDS = {
    "activations": lambda: Chain(_stem(), *(layer for a in ACTIVATIONS for layer in (nn.Conv2d(16, 16, 1), a, nn.BatchNorm2d(16)))),
    "residual_relu": lambda: Chain(_stem(), Residual(nn.ReLU()), Residual(nn.ReLU(inplace=True), in_place=True), Residual(nn.Identity())),
    "residual_other": lambda: Chain(_stem(), *(Residual(a, in_place=i % 2 == 0) for i, a in enumerate(ACTIVATIONS[1:8]))),
    "residual_depthwise": lambda: Chain(_stem(), Residual(nn.ReLU(), groups=16), Residual(nn.ReLU(inplace=True), groups=4, in_place=True)),
    "gate": lambda: Chain(_stem(), Gate(), Gate()),
    "split": lambda: Chain(_stem(), Coupling("split"), Coupling("chunk")),
    "slice": lambda: Chain(_stem(), Coupling("slice"), Coupling("narrow")),
    "written": lambda: Chain(_stem(), Written(), Written()),
    "strides": lambda: Chain(_stem(), Strides()),
    "shuffle": lambda: Chain(_stem(), Shuffle()),
    "split_attention": lambda: Chain(_stem(), SplitAttention(), SplitAttention()),
    "tokens": Tokens,
    "tokens_mask": lambda: Tokens(mask=True),
    "channels_last": lambda: Chain(_stem(), ChannelsLastBlock(), ChannelsLastBlock()),
    "windows": lambda: Chain(_stem(), Windows(), Windows()),
    "places": lambda: Chain(_stem(), Places()),
    "types": lambda: Chain(_stem(), Types()),
    "branches:script": Branches,
    "residual_relu:script": lambda: KINDS["residual_relu"](),
    "split:script": lambda: Chain(_stem(), Coupling("split")),
}
"""Compiled instead of traced where the name ends so."""


def build(name, classes):
    """As architectures.build."""
    assert classes == 20, "the networks here have 20 classes"
    return KINDS[name]().eval(), SIDE


def main(folder):
    import sample
    for name in KINDS:
        out = folder / name.replace(":", "_")
        out.mkdir(parents=True)
        print(sample.write(f"kinds:{name}", out))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
