"""`export.py timm`: the kit's MobileNetV2 with its golden answers, random models, preprocessing, and what is refused."""
import subprocess
import sys
import types
import unittest

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from support import KIT, MODELS, ExportCase, Written, needs_kit, run
from exporters import ExportError, labels as label_files, timm_family

TINY = ("--arch", "test_resnet", "--random")


@needs_kit
class KitTest(ExportCase):
    WEIGHTS = None if KIT is None else KIT / "weights/mobilenetv2_100_imagenet.safetensors"
    PREPROCESSING = "--mean 0.5 0.5 0.5 --std 0.5 0.5 0.5 --resize 256 --crop 224 --interpolation bilinear".split()

    def command(self, **changes):
        options = {"--arch": "mobilenetv2_100", "--arg": "pad_type=same", "--checkpoint": self.WEIGHTS, **changes}
        return ["timm", *(part for option in options.items() for part in option), *self.PREPROCESSING]

    def test_the_documented_command_gives_the_golden_logits(self):
        out = self.folder / "M.pt"
        command = [sys.executable, "models/export.py", *map(str, self.command()), "--out", str(out)]
        done = subprocess.run(command, cwd=MODELS.parent, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_verifies(out)
        written = Written(out)
        self.assertEqual(written.labels, label_files.read(label_files.IMAGENET))
        shape = written.manifest["input"]
        self.assertEqual((shape["width"], shape["height"], shape["resize"], shape["interpolation"], shape["crop_rounding"]),
                         (224, 224, {"rule": "shorter-side", "size": 256}, "bilinear", "half-even"))
        crops = torch.from_numpy(np.load(KIT / "golden/crops.npy")[::8]).permute(0, 3, 1, 2)
        with torch.inference_mode():
            logits = written.module((crops / 255 - 0.5) / 0.5)
        self.assert_close(logits, np.load(KIT / "golden/logits.npy")[::8], 1e-3)  # the kit's own bound for another CPU

        again = self.folder / "again.pt"
        subprocess.run([*command[:-1], str(again)], cwd=MODELS.parent, capture_output=True, check=True)
        self.assertEqual(out.read_bytes(), again.read_bytes(), "the same command gives the same bytes")

    def test_half_precision(self):
        written = Written(self.export(*self.command(), "--half"))
        self.assertEqual({p.dtype for p in written.module.parameters()}, {torch.float16})

    def test_labels_of_another_model(self):
        self.assert_refused(*self.command(**{"--labels": self.write_labels(["a", "b"])}), says=["has 2 labels", "has 1000 classes"])

    def test_a_partial_checkpoint(self):
        state = load_file(str(self.WEIGHTS))
        del state["conv_stem.weight"], state["bn1.bias"]
        save_file(state, self.folder / "part.safetensors")
        self.assert_refused(*self.command(**{"--checkpoint": self.folder / "part.safetensors"}), says=["2 keys missing (conv_stem.weight, bn1.bias)"])

    def test_a_checkpoint_of_another_architecture(self):
        self.assert_refused(*self.command(**{"--arch": "mobilenetv2_050"}), says=["conv_stem.weight is 32x3x3x3 instead of 16x3x3x3", "keys of another shape"])


class RandomTest(ExportCase):
    def test_preprocessing_is_timms_own(self):
        written = Written(self.export("timm", *TINY))
        self.assertFalse(written.manifest["trained"])
        self.assertEqual(written.labels[:2] + written.labels[-1:], ["类别0", "类别1", "类别999"])
        self.assertEqual(written.manifest["input"], {
            "width": 160, "height": 160, "color": "RGB", "alpha": "drop", "orientation": "exif", "resize": {"rule": "shorter-side", "size": 168},
            "interpolation": "bilinear", "antialias": True, "crop": "center", "crop_rounding": "half-even",
            "mean": [0.5] * 3, "std": [0.5] * 3})

    def test_what_the_file_says_can_be_given(self):
        labels = self.write_labels(["猫", "狗"])
        written = Written(self.export(
            "timm", *TINY, "--labels", labels, "--name", "n", "--size", "large", "--license", "l", "--source", "s", "--attribution", "a", "--model-version", "7",
            "--threshold", "0.25", "--activation", "sigmoid", "--alpha", "white", "--orientation", "ignore", "--resize", "200x180", "--crop", "160x128"))
        told = written.manifest
        self.assertEqual([told[k] for k in ("name", "size", "license", "source", "attribution", "version")], ["n", "large", "l", "s", "a", "7"])
        self.assertEqual(told["output"], {"classes": 2, "activation": "sigmoid", "threshold": 0.25})
        self.assertEqual([told["input"][k] for k in ("alpha", "orientation", "width", "height")], ["white", "ignore", 160, 128])
        self.assertEqual(told["input"]["resize"], {"rule": "exact", "width": 200, "height": 180})

    def test_attention_models(self):
        for arch in ("test_vit", "test_convnext"):
            with self.subTest(arch):
                self.export("timm", "--arch", arch, "--random", name=arch + ".pt")

    def test_relative_positions_are_fixed(self):
        small = ("--arg", "embed_dim=16", "--arg", "depths=(2,1)", "--arg", "num_heads=(1,2)", "--arg", "img_size=56", "--crop", "56", "--resize", "64")
        self.assert_survives_a_blunt_cast(self.export("timm", "--arch", "swin_tiny_patch4_window7_224", "--random", *small, name="swin.pt"))
        small = ("--arg", "embed_dim=32", "--arg", "depth=2", "--arg", "num_heads=2", "--arg", "img_size=64", "--crop", "64", "--resize", "72")
        self.assert_survives_a_blunt_cast(self.export("timm", "--arch", "beit_base_patch16_224", "--random", *small, name="beit.pt"))

    def test_a_checkpoint_of_1000_classes_answers_in_chinese(self):
        torch.save(timm_family.create("test_resnet", 1000).state_dict(), self.folder / "imagenet.pt")
        status, stdout, stderr = run("timm", "--arch", "test_resnet", "--checkpoint", self.folder / "imagenet.pt", "--out", self.folder / "M.pt")
        self.assertEqual(status, 0, stderr)
        self.assertIn("ImageNet's 1,000 classes in Chinese", stdout)
        labels = Written(self.folder / "M.pt").labels
        self.assertEqual((len(labels), labels[0], labels[388], labels[999]), (1000, "丁鲷", "大熊猫", "卫生纸"))

    def test_equal_seeds_give_equal_weights(self):
        first, second = (timm_family.create("test_resnet", 3).state_dict() for _ in range(2))
        self.assertTrue(all(torch.equal(first[name], second[name]) for name in first))


class RefusedTest(ExportCase):
    def test_mistakes_are_one_sentence(self):
        (self.folder / "not-a-checkpoint.pt").write_bytes(b"hello")
        torch.save({"state_dict": {"x": types.SimpleNamespace(y=1)}}, self.folder / "objects.pt")
        torch.save(timm_family.create("test_resnet", 10).state_dict(), self.folder / "ten.pt")
        labels = self.write_labels(["a", "b"])
        for arguments, says in [
                (("--arch", "no_such_net", "--random"), ["cannot create no_such_net"]),
                (("--arch", "test_resnet", "--random", "--arg", "no_such=1"), ["cannot create test_resnet"]),
                (("--arch", "test_resnet", "--checkpoint", "nowhere.pt", "--labels", labels), ["no such checkpoint: nowhere.pt"]),
                (("--arch", "test_resnet", "--checkpoint", self.folder / "ten.pt"), ["--labels is needed", "1000 classes", "ten.pt has 10 classes"]),
                (("--arch", "test_resnet", "--checkpoint", self.folder / "not-a-checkpoint.pt", "--labels", labels), ["not-a-checkpoint.pt"]),
                (("--arch", "test_resnet", "--checkpoint", self.folder / "objects.pt", "--labels", labels), ["not a checkpoint of tensors only"]),
                ((*TINY, "--labels", "nowhere.txt"), ["cannot read the labels nowhere.txt"]),
                ((*TINY, "--resize", "100"), ["less than the crop of 160 x 160"]),
                ((*TINY, "--picture", labels), ["cannot read the self-test picture"]),
                ((*TINY, "--name", "x" * 101), ["name must be a text of 1 to 100 characters on one line"])]:
            with self.subTest(arguments=arguments):
                self.assert_refused("timm", *arguments, says=says)

    def test_a_folder_that_does_not_exist(self):
        status, _, stderr = run("timm", *TINY, "--out", self.folder / "no/such/M.pt")
        self.assertEqual(status, 2)
        self.assertIn("error: cannot write", stderr)

    def test_lanczos_and_borders_cannot_be_carried(self):
        args = types.SimpleNamespace(crop=None, resize=None, interpolation=None, mean=None, std=None)
        module = timm_family.create("test_resnet", 3)
        for changes, says in [({"interpolation": "lanczos"}, "resizes for this model with lanczos"), ({"crop_mode": "border"}, "crop mode border")]:
            module.pretrained_cfg = {**module.pretrained_cfg, **changes}
            with self.subTest(says), self.assertRaisesRegex(ExportError, says):
                timm_family.preprocessing(module, args)
            module.pretrained_cfg = {**module.pretrained_cfg, "interpolation": "bicubic"}

    def test_squash_becomes_exact(self):
        args = types.SimpleNamespace(crop=None, resize=None, interpolation=None, mean=None, std=None)
        module = timm_family.create("test_resnet", 3)
        module.pretrained_cfg = {**module.pretrained_cfg, "crop_mode": "squash"}
        self.assertEqual(timm_family.preprocessing(module, args)["resize"], {"rule": "exact", "width": 168, "height": 168})


if __name__ == "__main__":
    unittest.main()
