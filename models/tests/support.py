"""What the exporters' tests share: the kit, quick exports, and the end of every test in Java."""
import contextlib
import io
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

import numpy as np

MODELS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(MODELS))

import bundle  # noqa: E402 (after the path above)
import export  # noqa: E402
import torch  # noqa: E402
from exporters import archive, reference  # noqa: E402

torch.set_num_threads(1)
VERIFY = shlex.split(os.environ.get("WWTS_VERIFY", ""))
"""The command that proves a model file in Java, such as "bin/wwts verify"; empty where Java's side is not built."""


def _kit():
    candidates = [os.environ.get("WWTS_KIT"), MODELS.parent / "shared/models-kit", MODELS.parents[1] / "shared/models-kit"]
    return next((pathlib.Path(c) for c in candidates if c and pathlib.Path(c, "README.md").is_file()), None)


KIT = _kit()
"""Folder of the models-kit, or None."""
needs_kit = unittest.skipUnless(KIT, "the models-kit is not here; set WWTS_KIT to its folder")


class ExportCase(unittest.TestCase):
    """A test case with a folder of its own, quick ways to export, and what every exported file must fulfil."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wwts-export-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def export(self, *arguments, name="M.pt", verify=True):
        """Runs export.py in this process, requires success, ends in Java where it is there, and returns the file."""
        out = self.folder / name
        status, stdout, stderr = run(*arguments, "--out", out)
        self.assertEqual(status, 0, stderr)
        self.assertIn(str(out), stdout)
        if verify:
            self.assert_verifies(out)
        return out

    def assert_refused(self, *arguments, says):
        """Runs export.py and requires one sentence on stderr with all of `says`, exit status 2 and no file."""
        out = self.folder / "refused.pt"
        status, _, stderr = run(*arguments, "--out", out)
        self.assertEqual(status, 2, stderr)
        errors = [line for line in stderr.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(errors), 1, stderr)
        for text in says:
            self.assertIn(text, errors[0])
        self.assertFalse(out.exists())
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".export-")], [])

    def assert_verifies(self, path):
        """`wwts verify` passes; where WWTS_VERIFY is not set, says so and goes on."""
        if not VERIFY:
            print(f"{self.id()}: not verified in Java, WWTS_VERIFY is not set", file=sys.stderr)
            return
        done = subprocess.run([*VERIFY, str(path)], capture_output=True, text=True, timeout=900, cwd=MODELS.parent)
        self.assertEqual(done.returncode, 0, f"{VERIFY} {path}\n{done.stdout}{done.stderr}")

    def assert_close(self, actual, expected, tolerance):
        """Largest absolute difference; equal float32 kernels in another order of sums differ by about 1e-6 of the values."""
        self.assertEqual(tuple(actual.shape), tuple(expected.shape))
        self.assertLessEqual((torch.as_tensor(actual) - torch.as_tensor(expected)).abs().max().item(), tolerance)

    def assert_survives_a_blunt_cast(self, path):
        """The module also works where integer buffers are cast as well, as C++'s Module::to(dtype) does."""
        written = Written(path)
        for tensor in list(written.module.parameters()) + list(written.module.buffers()):
            tensor.data = tensor.data.double()
        with torch.inference_mode():
            answers = torch.cat([written.module(reference.network_input(data, written.manifest["input"]).double()) for data in written.pictures])
        self.assert_close(answers, written.logits, 1e-3)

    def write_labels(self, labels):
        path = self.folder / "labels.txt"
        path.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
        return path


def run(*arguments):
    """export.py's exit status, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = export.main([str(a) for a in arguments])
        except SystemExit as end:  # argparse
            status = end.code
    return status, out.getvalue(), err.getvalue()


class Written:
    """A model file as a reader finds it."""

    def __init__(self, path):
        self.extra = archive.read_extra(path)
        self.manifest = json.loads(self.extra["wwts.json"])
        self.labels = self.extra["labels.txt"].decode().splitlines()
        self.pictures = [self.extra[name] for name in self.manifest["selftest"]["pictures"]]
        self.logits = self.rows("logits")
        self.embeddings = self.rows("embeddings") if "embedding" in self.manifest else None
        self.module = torch.jit.load(str(path)).eval()

    def rows(self, what, count=None):
        """Numbers of the self-test, a row for each picture, or as many as are asked for."""
        numbers = np.frombuffer(self.extra[self.manifest["selftest"][what]], "<f4").copy()
        count = len(self.pictures) if count is None else count
        return torch.from_numpy(numbers.reshape(count, len(numbers) // count))


__all__ = ["ExportCase", "KIT", "MODELS", "Written", "bundle", "needs_kit", "run"]
