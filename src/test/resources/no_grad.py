"""Writes no_grad.pt: a network that enters a context, an object of a class whose methods the file holds. python no_grad.py"""
from pathlib import Path

import torch
from torch import nn


class NoGrad(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3, bias=False)
        nn.init.constant_(self.linear.weight, 0.5)

    def forward(self, x):
        with torch.no_grad():
            y = torch.relu(self.linear(x.mean([2, 3])))
        return y + 1


module = torch.jit.script(NoGrad().eval())
module.save(Path(__file__).with_suffix(".pt"))
print(module(torch.ones(2, 3, 8, 8)))
