"""`export.py general-recognition`: ModelScope's layout with ten classes and random weights, and strict loading."""
import datetime
import unittest
from unittest import mock

import torch

from support import ExportCase, Written
from exporters import ExportError, general_recognition, timm_family

NAMES = ["苹果", "香蕉", "电饭煲", "煎饼果子", "猫", "狗", "自行车", "长城", "茶杯", "雨伞"]


class GeneralRecognitionTest(ExportCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(11)
        module = timm_family.timm.create_model("resnest101e", num_classes=len(NAMES)).eval()
        cls.state = {f"module.{name}": tensor for name, tensor in module.state_dict().items()}

    def folder_with(self, state, names=NAMES, wrap=True):
        torch.save({"state_dict": state, "epoch": 3} if wrap else state, self.folder / "pytorch_model.pt")
        (self.folder / "meta_info.txt").write_bytes("".join(f"{i}\t{name}\textra\r\n" for i, name in enumerate(names)).encode())
        return self.folder

    def test_ten_classes_from_modelscopes_layout(self):
        self.folder_with(self.state)
        with small_head():
            out = self.export("general-recognition", "--checkpoint", self.folder)
        written = Written(out)
        self.assertEqual(written.labels, NAMES)
        told = written.manifest
        self.assertEqual((told["family"], told["trained"], told["license"], told["output"]["activation"]), ("general-recognition", True, "Apache-2.0", "softmax"))
        shape = told["input"]
        self.assertEqual((shape["width"], shape["height"], shape["resize"], shape["interpolation"], shape["orientation"]),
                         (224, 224, {"rule": "shorter-side", "size": 256}, "bilinear", "exif"))
        self.assertEqual((shape["mean"], shape["std"]), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))

    def test_a_plain_state_dict_and_inner_module_names_load_as_well(self):
        inner = {name.removeprefix("module.").replace("layer1.", "layer1.module."): tensor for name, tensor in self.state.items()}
        self.folder_with(inner, wrap=False)
        _, module = general_recognition.load(self.folder, 10)
        self.assertTrue(torch.equal(module.state_dict()["fc.weight"], self.state["module.fc.weight"]))

    def test_a_partial_checkpoint_names_the_first_missing_keys(self):
        self.folder_with({name: tensor for name, tensor in self.state.items() if not name.startswith("module.layer3.0.")})
        with self.assertRaisesRegex(ExportError, r"\d+ keys missing \(layer3\.0\.conv1\.weight, layer3\.0\.bn1\.weight, layer3\.0\.bn1\.bias, …\)"):
            general_recognition.load(self.folder, 10)

    def test_a_wrong_checkpoint_names_missing_and_superfluous_keys(self):
        other = timm_family.create("test_resnet", 10).state_dict()
        self.folder_with(other)
        with self.assertRaisesRegex(ExportError, r"\d+ keys missing \(layer1\.0\.conv2\.conv\.weight, .*; \d+ keys not expected \(layer1\.0\.conv2\.weight, "):
            general_recognition.load(self.folder, 10)

    def test_another_number_of_classes_is_told_twice(self):
        self.folder_with(self.state)
        with self.assertRaisesRegex(ExportError, "has 10 classes instead of 54092"):
            general_recognition.load(self.folder, general_recognition.CLASSES)
        self.folder_with(self.state, NAMES[:9])
        with self.assertRaisesRegex(ExportError, r"2 keys of another shape \(fc\.weight is 10x2048 instead of 9x2048, fc\.bias is 10 instead of 9\)"):
            general_recognition.load(self.folder, 9)

    def test_a_checkpoint_that_could_run_code_is_refused(self):
        self.folder_with({"fc.weight": datetime.timezone.utc})
        with self.assertRaisesRegex(ExportError, "refused"):
            general_recognition.load(self.folder, 10)

    def test_missing_files_and_labels_are_named(self):
        self.assert_refused("general-recognition", "--checkpoint", self.folder / "nowhere", says=["no such folder"])
        self.assert_refused("general-recognition", "--checkpoint", self.folder, says=["has no pytorch_model.pt"])
        self.folder_with(self.state, ["苹果", " ", "猫"])
        self.assert_refused("general-recognition", "--checkpoint", self.folder, says=["meta_info.txt, line 2: no label"])

    def test_random_is_marked(self):
        with small_head():
            written = Written(self.export("general-recognition", "--random", "--half", verify=False))  # the network of the test above
        self.assertFalse(written.manifest["trained"])
        self.assertEqual((written.manifest["dtype"], written.labels[9]), ("float16", "类别9"))


def small_head():
    """export.py as it is, but with ten classes: 54,092 would make files of 630 MB."""
    return mock.patch.object(general_recognition, "CLASSES", len(NAMES))


if __name__ == "__main__":
    unittest.main()
