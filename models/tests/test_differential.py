"""The differential test's own judgement: what it calls right."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "differential"))

import judge  # noqa: E402 (after the path above)

META = {"name": "n", "side": 96, "parameters": 1, "spread": 0.3, "sensitivity": 1e-6, "file": 0.0, "file_batch": 0.0, "step": 0.0, "bf16": 0.01}


def verdict(precision="FP32", meta=(), **answer):
    full = {"precision": precision, "remarks": [], "single": 0.0, "batch": 0.0, "again": 0.0, **answer}
    return judge.row({**META, **dict(meta)}, [((precision, 1), full)])[1]


class JudgeTest(unittest.TestCase):
    def test_a_difference_is_held_against_how_touchy_the_network_is(self):
        self.assertEqual(verdict(single=9e-6), "ok")
        self.assertEqual(verdict(single=1e-3), "differs")
        self.assertEqual(verdict(batch=1e-3), "differs")
        self.assertEqual(verdict(again="NaN"), "differs")
        self.assertEqual(verdict(single=1e-3, meta={"sensitivity": 1e-4}), "ok")

    def test_bfloat16_may_lose_what_it_loses_in_python(self):
        self.assertEqual(verdict("BF16", single=0.019), "ok")
        self.assertEqual(verdict("BF16", single=0.1), "differs")
        self.assertEqual(verdict("BF16", single=0.1, meta={"bf16": 0.05}), "ok")

    def test_what_falls_back_is_right_and_told(self):
        self.assertEqual(verdict(remarks=[f"The network {judge.PLAIN}."]), "plain")
        self.assertEqual(judge.row(META, [(("BF16", 1), {"precision": "FP32", "remarks": []})])[1], "in fp32")

    def test_the_worst_of_all_runs_is_the_verdict(self):
        self.assertEqual(verdict(error="no answer in 3 s"), "crashed")
        self.assertEqual(verdict(error="m.pt: LibTorch can't load it."), "failed")
        self.assertEqual(judge.row({"name": "n", "error": "TypeError"}, [])[1], "not made")


if __name__ == "__main__":
    unittest.main()
