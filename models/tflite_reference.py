"""A TensorFlow Lite image classifier as a torch module in float32: weights decoded, no rounding of activations imitated.

Written apart from the Java converter, so that one can be held against the other. What it does not know it refuses.
"""
import struct

import numpy as np
import torch
from torch.nn import functional as F

ADD, AVERAGE_POOL, CONV, DEPTHWISE, FULLY_CONNECTED, RESHAPE, SOFTMAX, PAD, MEAN, SQUEEZE = 0, 1, 3, 4, 9, 22, 25, 34, 40, 43
"""Builtin operators' numbers in TensorFlow Lite's schema."""
TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
ACTIVATIONS = {0: lambda x: x, 1: F.relu, 3: F.relu6}
SAME = 0


class _Table:
    """A FlatBuffers table: field i is found through the table of offsets that the table points back to."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.offsets = at - struct.unpack_from("<i", data, at)[0]
        self.fields = (struct.unpack_from("<H", data, self.offsets)[0] - 4) // 2

    def _field(self, i):
        offset = struct.unpack_from("<H", self.data, self.offsets + 4 + 2 * i)[0] if i < self.fields else 0
        return self.at + offset if offset else None

    def number(self, i, kind, default=0):
        at = self._field(i)
        return default if at is None else struct.unpack_from("<" + kind, self.data, at)[0]

    def _target(self, at):
        return at + struct.unpack_from("<I", self.data, at)[0]

    def table(self, i):
        at = self._field(i)
        return None if at is None else _Table(self.data, self._target(at))

    def tables(self, i):
        at = self._field(i)
        if at is None:
            return []
        start = self._target(at)
        count = struct.unpack_from("<I", self.data, start)[0]
        return [_Table(self.data, self._target(start + 4 + 4 * k)) for k in range(count)]

    def numbers(self, i, dtype):
        at = self._field(i)
        if at is None:
            return np.zeros(0, dtype)
        start = self._target(at)
        return np.frombuffer(self.data, dtype, struct.unpack_from("<I", self.data, start)[0], start + 4)


class Network(torch.nn.Module):
    """Takes N x 3 x H x W, normalised, and gives the values before the softmax, N x classes."""

    def __init__(self, path, drop_first=False):
        super().__init__()
        data = path.read_bytes()
        model = _Table(data, struct.unpack_from("<I", data, 0)[0])
        self.codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
        self.buffers_of_file, graph = model.tables(4), model.tables(2)[0]
        self.tensors = graph.tables(0)
        self.input, self.output = graph.numbers(1, np.int32)[0], graph.numbers(2, np.int32)[0]
        self.operations = graph.tables(3)
        self.drop_first = drop_first

    def input_quantisation(self):
        """Scale and zero point of the picture."""
        table = self.tensors[self.input].table(4)
        return table.numbers(2, np.float32)[0], table.numbers(3, np.int64)[0]

    def _constant(self, index):
        tensor = self.tensors[index]
        raw = self.buffers_of_file[tensor.number(2, "I")].numbers(0, np.uint8).tobytes()
        values = np.frombuffer(raw, TYPES[tensor.number(1, "b")]).reshape(tensor.numbers(0, np.int32))
        quantised = tensor.table(4)
        scale = quantised.numbers(2, np.float32).astype(np.float64) if quantised else np.zeros(0)
        if scale.size == 0:
            return values
        if scale.size != 1:
            raise ValueError("quantised by channel")
        return ((values.astype(np.float64) - quantised.numbers(3, np.int64)[0]) * scale[0]).astype(np.float32)

    def _implied(self, index):
        """A converter leaves an activation out where the codes cut it off anyway: codes from 0 on are a ReLU's, up to 6 (within a step) a ReLU6's."""
        quantised = self.tensors[index].table(4)
        scale, zero = quantised.numbers(2, np.float32), quantised.numbers(3, np.int64)
        if scale.size == 0 or self.tensors[index].number(1, "b") != 3 or zero[0] != 0:
            return ACTIVATIONS[0]
        return F.relu6 if abs(255 * scale[0] - 6) <= scale[0] else F.relu

    def forward(self, x):
        values = {self.input: x}
        for operation in self.operations:
            inputs, outputs = operation.numbers(1, np.int32), operation.numbers(2, np.int32)
            code = self.codes[operation.number(0, "I")]
            y = self._run(code, operation.table(4), inputs, values)
            values[outputs[0]] = y if code == SOFTMAX else self._implied(outputs[0])(y)
        y = values[self.output].flatten(1)
        return y[:, 1:] if self.drop_first else y

    def _run(self, code, options, inputs, values):
        x = values[inputs[0]]
        if code in (CONV, DEPTHWISE):
            return self._convolution(x, options, inputs, code == DEPTHWISE)
        if code == ADD:
            return ACTIVATIONS[options.number(0, "b")](x + values[inputs[1]])
        if code == AVERAGE_POOL:
            if (options.number(4, "i"), options.number(3, "i")) != tuple(x.shape[2:]) or options.number(5, "b"):
                raise ValueError("an average over less than the whole picture")
            return x.mean((2, 3), keepdim=True)
        if code == MEAN:
            return x.mean((2, 3), keepdim=True)
        if code == FULLY_CONNECTED:
            weight, bias = (torch.from_numpy(self._constant(i)) for i in inputs[1:3])
            return ACTIVATIONS[options.number(0, "b")](F.linear(x.flatten(1), weight, bias))
        if code in (RESHAPE, SQUEEZE, SOFTMAX):  # of one pixel, and what the head does
            return x
        raise ValueError(f"operator {code}")

    def _convolution(self, x, options, inputs, depthwise):
        weight, bias = (self._constant(i) for i in inputs[1:3])
        weight = weight.transpose(3, 0, 1, 2) if depthwise else weight.transpose(0, 3, 1, 2)
        stride = options.number(2, "i"), options.number(1, "i")
        if options.number(0, "b") == SAME:
            pads = []
            for side, kernel, step in ((x.shape[3], weight.shape[3], stride[1]), (x.shape[2], weight.shape[2], stride[0])):
                pad = max(0, (-(-side // step) - 1) * step + kernel - side)
                pads += [pad // 2, pad - pad // 2]
            x = F.pad(x, pads)
        y = F.conv2d(x, torch.from_numpy(np.ascontiguousarray(weight)), torch.from_numpy(bias), stride, groups=x.shape[1] if depthwise else 1)
        return ACTIVATIONS[options.number(4 if depthwise else 3, "b")](y)
