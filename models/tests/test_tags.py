"""Several labels a picture: thresholds of their own, categories, and what is refused."""
import unittest

import torch

from support import ExportCase, Written
from exporters import import_torchvision

import_torchvision()
import transformers  # noqa: E402 (after the import above)


class TagTest(ExportCase):
    def write(self, name, *lines):
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def hf_folder(self, **changes):
        config = transformers.ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=32, patch_size=8,
                                        id2label={0: "海滩", 1: "日落", 2: "狗"}, label2id={"海滩": 0, "日落": 1, "狗": 2}, **changes)
        torch.manual_seed(0)
        transformers.ViTForImageClassification(config).save_pretrained(self.folder / "hf")
        transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(self.folder / "hf")
        return self.folder / "hf"

    def timm(self, *more):
        return ["timm", "--arch", "test_resnet", "--random", "--labels", self.write("labels.txt", "一", "二", "三"), *more]

    def test_multi_label_models_of_transformers_have_tags(self):
        folder = self.hf_folder(problem_type="multi_label_classification")
        for more, expected in (((), "0.5\n" * 3), (("--threshold", "0.25"), "0.25\n" * 3), (("--thresholds", self.write("t.txt", 0.1, "1", ".9")), "0.1\n1.0\n0.9\n")):
            with self.subTest(more):
                written = Written(self.export("hf", "--path", folder, *more))
                self.assertEqual(written.manifest["format"], 2)
                self.assertEqual({key: written.manifest["output"][key] for key in ("activation", "threshold", "thresholds")},
                                 {"activation": "sigmoid", "threshold": 0.0, "thresholds": "thresholds.txt"})
                self.assertEqual(written.extra["thresholds.txt"].decode(), expected)

    def test_one_label_models_have_none(self):
        written = Written(self.export("hf", "--path", self.hf_folder(problem_type="single_label_classification")))
        self.assertEqual(written.manifest["format"], 1)
        self.assertNotIn("thresholds.txt", written.extra)

    def test_timm_takes_thresholds_and_roots(self):
        more = ["--thresholds", self.write("t.txt", "0.3\tfirst", "0", "1e-3"), "--roots", self.write("r.txt", "水果", "", "水果")]
        for activation in ("sigmoid", "softmax"):
            with self.subTest(activation):
                written = Written(self.export(*self.timm("--activation", activation, *more)))
                self.assertEqual(written.extra["thresholds.txt"].decode(), "0.3\n0.0\n0.001\n")
                self.assertEqual(written.extra["roots.txt"].decode(), "水果\n\n水果\n")
                self.assertEqual((written.manifest["output"]["roots"], written.manifest["format"]), ("roots.txt", 2))

    def test_what_does_not_fit_is_refused(self):
        for lines, says in ((("0.1", "0.2"), "2 thresholds for 3 classes"), (("0.1", "0.2", "1.5"), "class 2 (line 3) is not from 0 to 1"),
                            (("0.1", "x", "0"), "not each line is a number"), (("nan", "0", "0"), "not each line is a number")):
            with self.subTest(lines):
                self.assert_refused(*self.timm("--thresholds", self.write("t.txt", *lines)), says=[says])
        self.assert_refused(*self.timm("--roots", self.write("r.txt", "水果")), says=["1 categories for 3 classes"])
        self.assert_refused(*self.timm("--threshold", "0.5", "--thresholds", self.write("t.txt", 0, 0, 0)), says=["--threshold and --thresholds"])


if __name__ == "__main__":
    unittest.main()
