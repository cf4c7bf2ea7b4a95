"""`--aoti`: a network as machine code, what the file says of it, and what is refused."""
import json
import platform
import shutil
import sys
import unittest
import zipfile

import numpy as np
import torch

from support import ExportCase, bundle, run
from exporters import ExportError, archive, compiled, reference

TINY = ("timm", "--arch", "test_resnet", "--random", "--aoti")
needs_compiler = unittest.skipUnless(shutil.which("g++") and (platform.system(), platform.machine()) == ("Linux", "x86_64"),
                                     "networks are compiled on Linux and x86-64, with g++")


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 3))

    def forward(self, x):
        return self.layers(x)


@needs_compiler
class CompiledTest(ExportCase):
    def test_a_file_of_any_batch(self):
        out = self.folder / "M.pt2"
        torch.manual_seed(0)
        module = Tiny().eval()
        manifest = bundle.manifest(name="tiny", family="test", size="small", resize=bundle.shorter_side(32), width=32)
        bundle.save(module, manifest, ["红", "绿", "蓝"], None, out, target=compiled.Target(isa="avx2"))

        with zipfile.ZipFile(out) as entries:
            names = entries.namelist()
        self.assertEqual(len([name for name in names if name.endswith(".so")]), 1)
        self.assertEqual([name for name in names if name.endswith(".cpp")], [])
        extra = archive.read_extra(out)
        written = json.loads(extra["wwts.json"])
        about = written["compiled"]
        self.assertEqual((about["device"], about["batch"], about["platform"]), ("cpu", {"min": 1, "max": 4096}, "linux-x86_64"))
        self.assertIn("avx2", about["cpu_features"])
        self.assertFalse([name for name in about["cpu_features"] if name.startswith(("avx512", "amx"))])
        stored = torch.from_numpy(np.frombuffer(extra["selftest/logits.f32"], "<f4").reshape(-1, 3).copy())
        rows = torch.cat([reference.network_input(extra[name], written["input"]) for name in written["selftest"]["pictures"]])
        network = compiled._load(out)
        for part in (rows, rows[:1]):
            answers, = network.boxed_run([part])
            self.assert_close(answers, stored[:len(part)], 1e-5)

    def test_the_command_compiles_for_one_batch(self):
        out = self.export(*TINY, "--cpu", "avx2", name="M.pt2", verify=False)
        self.assertEqual(json.loads(archive.read_extra(out)["wwts.json"])["compiled"]["batch"], {"min": 1, "max": 1})

    def test_what_cannot_be_compiled_is_refused(self):
        self.assert_refused(*TINY, "--half", says=["--half", "cuda"])
        if not torch.cuda.is_available():
            self.assert_refused(*TINY, "--device", "cuda", says=["card"])

        class Scripted(torch.nn.Module):
            def forward(self, x):
                return torch.ones(len(x), 3) if x.sum() > 0 else torch.zeros(len(x), 3)

        manifest = bundle.manifest(name="tiny", family="test", size="small", resize=bundle.shorter_side(32), width=32)
        with self.assertRaises(ExportError):
            bundle.save(Scripted(), manifest, ["红", "绿", "蓝"], None, self.folder / "M.pt2", target=compiled.Target(isa="avx2"))
        self.assertFalse((self.folder / "M.pt2").exists())

    def test_a_batch_is_a_number_or_any(self):
        for batch in ("0", "-1", "4097", "some", "²"):
            status, _, stderr = run(*TINY, "--batch", batch, "--out", self.folder / "M.pt2")
            self.assertEqual(status, 2, batch)
            self.assertIn("--batch", stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
