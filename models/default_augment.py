"""Makes training batches from premultiplied RGBA drawings: redraws, recolours, moves, and lays them on backgrounds. Tensors only, so that one core keeps up."""
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


class Augment:
    """drawings: uint8 N x P x P x 4, premultiplied; dark: bool N, drawn in black without a ground; photos: uint8 M x Q x Q x 3."""

    def __init__(self, drawings, dark, photos, seed, shrunk=None):
        self.drawings, self.dark, self.photos = drawings, dark, photos
        self.rng = torch.Generator().manual_seed(seed)
        self.shrunk = {} if shrunk is None else shrunk

    def uniform(self, n, low=0.0, high=1.0):
        return torch.rand(n, generator=self.rng) * (high - low) + low

    def chance(self, n, p):
        return torch.rand(n, generator=self.rng) < p

    def integer(self, low, high):
        return int(torch.randint(low, high, (1,), generator=self.rng))

    def __call__(self, index, size, hard_share, white=0.45):
        """index: which drawings; -> uint8 B x 3 x size x size"""
        n = len(index)
        hard = self.chance(n, hard_share)
        x = self.drawings_for(size)[index].permute(0, 3, 1, 2).float() / 255
        dark = self.dark[index]
        x = self.redraw(x, hard, dark)
        x = self.recolour(x, hard)
        x = self.move(x, hard, size)
        ground = self.grounds(n, size, torch.where(hard, white, 0.8))
        ground = torch.where((dark & ~self.tinted)[:, None, None, None], 0.55 + 0.45 * ground, ground)
        y = x[:, :3] + (1 - x[:, 3:]) * ground
        return (self.spoil(y, hard).clamp(0, 1) * 255 + 0.5).to(torch.uint8)

    def drawings_for(self, size):
        """The drawings, shrunk once where the wanted size is much smaller than they are."""
        have, want = self.drawings.shape[1], size * 5 // 4
        if want >= 0.94 * have:
            return self.drawings
        if want not in self.shrunk:
            parts = [F.interpolate(d.permute(0, 3, 1, 2), size=want, mode="bilinear", antialias=True).permute(0, 2, 3, 1) for d in self.drawings.split(256)]
            self.shrunk[want] = torch.cat(parts)
        return self.shrunk[want]

    def redraw(self, x, hard, dark):
        """Contours along colour edges, sometimes nothing but contours, sometimes a sticker's rim."""
        n = len(x)
        kind = self.uniform(n)
        ink, rim = hard & ~dark & (kind < 0.2), hard & (kind > 0.88)
        if ink.any():
            s = x[ink]
            on_white = s[:, :3] + 1 - s[:, 3:]
            step = (F.max_pool2d(on_white, 3, 1, 1) + F.max_pool2d(-on_white, 3, 1, 1)).amax(1, keepdim=True)
            line = ((step - 0.12) * 3).clamp(0, 1) * (s[:, 3:] > 0.3)
            only = (kind[ink] < 0.06)[:, None, None, None]
            x[ink] = torch.cat([torch.where(only, s[:, 3:], s[:, :3]) * (1 - line), s[:, 3:]], 1)
        if rim.any():
            s = x[rim]
            r = self.integer(1, 4)
            a = F.max_pool2d(s[:, 3:], 2 * r + 1, 1, r)
            colour = torch.where(self.chance(len(s), 0.6)[:, None], torch.ones(len(s), 3), torch.rand(len(s), 3, generator=self.rng) * 0.4)
            x[rim] = torch.cat([s[:, :3] + (a - s[:, 3:]).clamp(min=0) * colour[:, :, None, None], a], 1)
        return x

    def recolour(self, x, hard):
        """Hue, saturation, contrast and brightness as one matrix per picture, in premultiplied colours."""
        n = len(x)
        amount = torch.where(hard, 1.0, 0.25)
        angle = self.uniform(n, -0.35, 0.35) * amount
        angle = torch.where(hard & self.chance(n, 0.15), self.uniform(n, -math.pi, math.pi), angle)
        c, s = angle.cos(), angle.sin()
        third, root = 1 / 3, math.sqrt(1 / 3)
        a, b1, b2 = c + (1 - c) * third, third * (1 - c) - root * s, third * (1 - c) + root * s
        hue = torch.stack([a, b1, b2, b2, a, b1, b1, b2, a], 1).view(n, 3, 3)
        vivid = 1 + self.uniform(n, -0.6, 0.5) * amount
        vivid = torch.where(hard & self.chance(n, 0.08), 0.0, vivid)[:, None, None]
        grey = torch.tensor([0.3, 0.59, 0.11]).expand(3, 3)
        scale = (1 + self.uniform(n, -0.3, 0.3) * amount)[:, None, None]
        matrix = (vivid * torch.eye(3) + (1 - vivid) * grey) @ hue * scale
        shift = (self.uniform(n, -0.15, 0.15) * amount)[:, None, None, None]
        self.tinted = hard & self.chance(n, 0.3)
        rgb = torch.einsum("nij,njhw->nihw", matrix, x[:, :3]) + shift * x[:, 3:]
        tint = torch.rand(n, 3, generator=self.rng)[:, :, None, None]
        rgb = torch.where((self.tinted & self.chance(n, 0.3))[:, None, None, None], rgb * (1 - tint) + tint * x[:, 3:], rgb)
        return torch.cat([torch.minimum(rgb.clamp(min=0), x[:, 3:]), x[:, 3:]], 1)

    def move(self, x, hard, size):
        n = len(x)
        zoom = torch.where(hard, self.uniform(n, 0.65, 1.15), self.uniform(n, 0.85, 1.05))
        turn = torch.where(hard, torch.randn(n, generator=self.rng) * 0.22, self.uniform(n, -0.05, 0.05))
        shear = torch.where(hard, self.uniform(n, -0.18, 0.18), 0.0)
        wide = torch.where(hard, self.uniform(n, 0.82, 1.22), 1.0).sqrt()
        flip = 1 - 2 * self.chance(n, 0.5).float()
        room = (1.08 - zoom).clamp(min=0.08) * torch.where(hard, 1.0, 0.5)
        tx, ty = self.uniform(n, -1, 1) * room, self.uniform(n, -1, 1) * room
        c, s = turn.cos() / zoom, turn.sin() / zoom
        theta = torch.stack([flip * c * wide, flip * (s + shear) * wide, -flip * tx, (-s) / wide, c / wide, -ty], 1).view(n, 2, 3)
        blur = (x.shape[-1] / size / zoom) > 1.5
        if blur.any():
            x[blur] = F.avg_pool2d(F.pad(x[blur], (0, 1, 0, 1)), 2, 1)
        return F.grid_sample(x, F.affine_grid(theta, (n, 4, size, size), align_corners=False), align_corners=False)

    def grounds(self, n, size, white):
        ground = torch.ones(n, 3, size, size)
        kind = self.uniform(n)
        kind = torch.where(self.uniform(n) < white, -1.0, kind)
        for low, high, make in ((0, 0.25, self.solid), (0.25, 0.45, self.gradient), (0.45, 0.72, self.texture), (0.72, 1.1, self.photo)):
            some = (kind >= low) & (kind < high)
            if some.any():
                ground[some] = make(int(some.sum()), size)
        return ground

    def solid(self, n, size):
        return torch.rand(n, 3, 1, 1, generator=self.rng).expand(n, 3, size, size)

    def gradient(self, n, size):
        return F.interpolate(torch.rand(n, 3, 2, 2, generator=self.rng), size=size, mode="bilinear", align_corners=True)

    def texture(self, n, size):
        cells = (3, 5, 9, 17, size // 2)[self.integer(0, 5)]
        noise = torch.randn(n, 3, cells, cells, generator=self.rng) * self.uniform(n, 0.05, 0.3)[:, None, None, None]
        noise = torch.where(self.chance(n, 0.4)[:, None, None, None], noise.mean(1, keepdim=True) * 1.5, noise)
        mode = "nearest" if self.integer(0, 3) == 0 else "bilinear"
        return (self.solid(n, size) + F.interpolate(noise, size=size, mode=mode)).clamp(0, 1)

    def photo(self, n, size):
        q = self.photos.shape[1]
        side = self.integer(q // 2, q + 1)
        cut = []
        for i in torch.randint(len(self.photos), (n,), generator=self.rng).tolist():
            top, left = self.integer(0, q - side + 1), self.integer(0, q - side + 1)
            p = self.photos[i, top:top + side, left:left + side]
            cut.append(p.flip(1) if self.integer(0, 2) else p)
        p = torch.stack(cut).permute(0, 3, 1, 2).float() / 255
        p = F.interpolate(p, size=size, mode="bilinear", antialias=True)
        return (p * self.uniform(n, 0.7, 1.3)[:, None, None, None] + self.uniform(n, -0.1, 0.1)[:, None, None, None]).clamp(0, 1)

    def spoil(self, y, hard):
        """Covered parts, wrong exposure, few colours, blur, few pixels, noise, JPEG."""
        n, size = len(y), y.shape[-1]
        for i in torch.nonzero(hard & self.chance(n, 0.12)).flatten().tolist():
            h, w = self.integer(size // 8, size // 2), self.integer(size // 8, size // 2)
            top, left = self.integer(0, size - h), self.integer(0, size - w)
            y[i, :, top:top + h, left:left + w] = torch.rand(3, 1, 1, generator=self.rng)
        y = y.clamp(0, 1)
        gamma = torch.where(hard & self.chance(n, 0.25), self.uniform(n, -0.5, 0.5).exp(), 1.0)
        some = gamma != 1
        if some.any():
            y[some] = y[some].clamp(min=1e-3) ** gamma[some][:, None, None, None]
        some = hard & self.chance(n, 0.08)
        if some.any():
            levels = self.integer(3, 8)
            y[some] = (y[some] * levels).round() / levels
        some = hard & self.chance(n, 0.12)
        if some.any():
            y[some] = F.avg_pool2d(F.pad(y[some], (1, 1, 1, 1), mode="replicate"), 3, 1)
        some = hard & self.chance(n, 0.1)
        if some.any():
            small = F.interpolate(y[some], size=self.integer(size // 2, size), mode="bilinear", antialias=True)
            y[some] = F.interpolate(small, size=size, mode="bilinear")
        some = hard & self.chance(n, 0.15)
        if some.any():
            y[some] += torch.randn(y[some].shape, generator=self.rng) * self.integer(1, 9) / 100
        for i in torch.nonzero(hard & self.chance(n, 0.1)).flatten().tolist():
            buffer = io.BytesIO()
            Image.fromarray((y[i].clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()).save(buffer, "JPEG", quality=self.integer(20, 90))
            y[i] = torch.from_numpy(np.array(Image.open(buffer))).permute(2, 0, 1).float() / 255
        return y
