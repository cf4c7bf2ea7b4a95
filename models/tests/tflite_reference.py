"""What a TFLite classifier answers, by another reading of the file than the Java one: struct and numpy for the file, torch for the arithmetic.

    python models/tests/tflite_reference.py MODEL.tflite INPUT.f32 LOGITS.f32

INPUT.f32 holds pictures x height x width x 3, normalised; LOGITS.f32 gets pictures x classes, before the softmax. Both are little-endian float32.
"""
import struct
import sys

import numpy as np
import torch
from torch.nn import functional

ADD, AVERAGE_POOL, CONV, DEPTHWISE, FULLY_CONNECTED, RESHAPE, SOFTMAX = 0, 1, 3, 4, 9, 22, 25
TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 9: np.int8}


class Table:
    def __init__(self, data, place):
        self.data, self.place = data, place
        self.fields = place - struct.unpack_from("<i", data, place)[0]

    def _at(self, field):
        if 4 + 2 * field >= struct.unpack_from("<H", self.data, self.fields)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * field)[0]
        return self.place + offset if offset else None

    def number(self, field, kind, otherwise=0):
        at = self._at(field)
        return otherwise if at is None else struct.unpack_from("<" + kind, self.data, at)[0]

    def table(self, field):
        at = self._at(field)
        return None if at is None else Table(self.data, at + struct.unpack_from("<I", self.data, at)[0])

    def numbers(self, field, dtype):
        at = self._at(field)
        if at is None:
            return np.zeros(0, dtype)
        at += struct.unpack_from("<I", self.data, at)[0]
        return np.frombuffer(self.data, dtype, struct.unpack_from("<I", self.data, at)[0], at + 4)

    def tables(self, field):
        at = self._at(field)
        first = 0 if at is None else at + 4 + struct.unpack_from("<I", self.data, at)[0]
        places = [first + 4 * i for i in range(len(self.numbers(field, "<u4")))]
        return [Table(self.data, place + struct.unpack_from("<I", self.data, place)[0]) for place in places]


class Network:
    def __init__(self, data):
        model = Table(data, struct.unpack_from("<I", data, 0)[0])
        self.codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
        self.buffers, self.graph = model.tables(4), model.tables(2)[0]
        self.tensors = self.graph.tables(0)

    def constant(self, number):
        tensor = self.tensors[number]
        codes = self.buffers[tensor.number(2, "I")].numbers(0, np.uint8).view(TYPES[tensor.number(1, "b")]).reshape(tensor.numbers(0, "<i4"))
        scales = tensor.table(4)
        if codes.dtype == np.float32 or scales is None or not len(scales.numbers(2, "<f4")):
            return torch.from_numpy(codes.astype(np.float64))
        shape = [-1 if i == scales.number(6, "i") and len(scales.numbers(2, "<f4")) > 1 else 1 for i in range(codes.ndim)]
        scale, zero = scales.numbers(2, "<f4").astype(np.float64).reshape(shape), scales.numbers(3, "<i8").reshape(shape)
        return torch.from_numpy(((codes.astype(np.int64) - zero) * scale).astype(np.float32).astype(np.float64))

    def cut(self, value, number):
        """What the codes of a result cut off: below 0 where they begin there, above 6 where they end there."""
        tensor = self.tensors[number]
        scales = tensor.table(4)
        kind, scale, zero = tensor.number(1, "b"), scales.numbers(2, "<f4")[0], scales.numbers(3, "<i8")[0]
        if zero != {3: 0, 9: -128}[kind]:
            return value
        return value.clamp(0, 6) if abs(255 * scale - 6) <= scale else value.clamp(0)

    def run(self, pictures):
        """pictures: N x height x width x 3, float64."""
        values = {int(self.graph.numbers(1, "<i4")[0]): pictures}
        for operator in self.graph.tables(3):
            code, options = self.codes[operator.number(0, "I")], operator.table(4)
            given = [int(i) for i in operator.numbers(1, "<i4")]
            result = int(operator.numbers(2, "<i4")[0])
            x = values[given[0]]
            if code in (CONV, DEPTHWISE):
                values[result] = self.cut(self.convolution(x, given, options, code == DEPTHWISE), result)
            elif code == ADD:
                values[result] = self.cut(x + values[given[1]], result)
            elif code == AVERAGE_POOL:
                assert (options.number(3, "i"), options.number(4, "i")) == (x.shape[2], x.shape[1])
                values[result] = x.mean((1, 2), keepdim=True)
            elif code == FULLY_CONNECTED:
                values[result] = x.flatten(1) @ self.constant(given[1]).T + self.constant(given[2])
            elif code == RESHAPE:
                values[result] = x.flatten(1)
            elif code == SOFTMAX:
                return x
            else:
                raise SystemExit(f"operator {code}")
        raise SystemExit("no softmax at the end")

    def convolution(self, x, given, options, depthwise):
        kernel = self.constant(given[1]).permute((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        stride = options.number(2, "i"), options.number(1, "i")
        x = x.permute(0, 3, 1, 2)
        if options.number(0, "b") == 0:
            border = []
            for side, size, step in ((x.shape[3], kernel.shape[3], stride[1]), (x.shape[2], kernel.shape[2], stride[0])):
                missing = max(0, (-(-side // step) - 1) * step + size - side)
                border += [missing // 2, missing - missing // 2]
            x = functional.pad(x, border)
        y = functional.conv2d(x, kernel, self.constant(given[2]), stride, groups=x.shape[1] if depthwise else 1)
        return y.permute(0, 2, 3, 1)


def main(model, pictures, logits):
    network = Network(open(model, "rb").read())
    height, width = (int(side) for side in network.tensors[network.graph.numbers(1, "<i4")[0]].numbers(0, "<i4")[1:3])
    inputs = torch.from_numpy(np.fromfile(pictures, "<f4").reshape(-1, height, width, 3).astype(np.float64))
    network.run(inputs).numpy().astype("<f4").tofile(logits)


if __name__ == "__main__":
    main(*sys.argv[1:])
