"""The bundle: what is in the file, that it is the same every time, and which modules and manifests are refused."""
import copy
import io
import struct
import unittest
import zipfile

import numpy as np
import torch
from PIL import Image
from torch import nn

from support import KIT, ExportCase, Written, bundle, needs_kit
from exporters import ExportError, is_plain, labels, manifest, pictures, reference

LABELS = ["苹果", "香蕉", "a b", "猫", "狗"]


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, len(LABELS)))

    def forward(self, x):
        return self.body(x)


class Touchy(Small):
    """Answers by the last digits of what the other one says."""

    def forward(self, x):
        return torch.sin(self.body(x) * 3000)


def small_manifest(**changes):
    return bundle.manifest(**{"name": "small", "family": "test", "size": "small", "resize": bundle.shorter_side(40), "width": 32, **changes})


class FileTest(ExportCase):
    def save(self, module=None, name="M.pt", **arguments):
        out = self.folder / name
        bundle.save(module or Small(), small_manifest(), LABELS, None, out, **arguments)
        return out

    def test_entries_are_what_the_format_says(self):
        out = self.save()
        written = Written(out)
        self.assertEqual(written.labels, LABELS)
        self.assertEqual(written.manifest["output"], {"activation": "softmax", "threshold": 0.0, "classes": 5})
        self.assertEqual(written.manifest["dtype"], "float32")
        self.assertTrue(written.manifest["trained"])
        self.assertEqual(written.extra["selftest/0.png"], pictures.default()[0])
        self.assertEqual([Image.open(io.BytesIO(p)).mode for p in written.pictures], ["RGB", "RGB", "RGBA", "L"])
        self.assert_close(reference.logits(Small().eval(), written.pictures, written.manifest["input"]), written.logits, 1e-6)
        self.assert_verifies(out)

    def test_the_tolerance_says_how_touchy_the_network_is(self):
        steady, touchy = Written(self.save()), Written(self.save(Touchy(), name="touchy.pt"))
        self.assertEqual(steady.manifest["selftest"]["tolerance"], reference.TOLERANCE_FLOOR)
        self.assertGreater(touchy.manifest["selftest"]["tolerance"], 10 * reference.TOLERANCE_FLOOR)

    def test_torch_reads_the_extra_entries_as_well(self):
        extra = {"wwts.json": "", "selftest/logits.f32": ""}
        out = self.save()
        torch.jit.load(str(out), _extra_files=extra)
        self.assertEqual(extra["selftest/logits.f32"], Written(out).extra["selftest/logits.f32"])

    def test_weights_are_aligned_and_no_path_of_this_machine_is_inside(self):
        out = self.save()
        data = out.read_bytes()
        with zipfile.ZipFile(out) as source:
            self.assertIsNone(source.testzip())
            for entry in source.infolist():
                name_length, extra_length = struct.unpack_from("<HH", data, entry.header_offset + 26)
                if entry.filename.startswith("model/data/"):
                    self.assertEqual((entry.header_offset + 30 + name_length + extra_length) % 64, 0, entry.filename)
                self.assertFalse(entry.filename.endswith(".debug_pkl"))
                self.assertNotIn(b"site-packages", source.read(entry))

    def test_half_stores_float16_and_the_answers_of_the_rounded_weights(self):
        single, half = Written(self.save()), Written(self.save(name="half.pt", half=True))
        self.assertEqual(half.manifest["dtype"], "float16")
        self.assertEqual({p.dtype for p in half.module.parameters()}, {torch.float16})
        self.assert_close(half.logits, single.logits, 2e-3)  # float16 keeps 11 bits: weights move by up to 2^-12 of themselves
        self.assertGreater((half.logits - single.logits).abs().max().item(), 0)
        self.assert_close(reference.logits(half.module.float(), half.pictures, half.manifest["input"]), half.logits, 1e-5)

    def test_weights_beyond_float16_are_refused(self):
        module = Small()
        module.body[5].bias.data[0] = 1e6
        with self.assertRaisesRegex(ExportError, r"body\.5\.bias has values beyond the range of float16"):
            self.save(module, half=True)

    def test_own_pictures_replace_the_drawn_ones(self):
        Image.new("RGB", (50, 60), (200, 30, 30)).save(self.folder / "red.png")
        Image.new("L", (70, 60), 30).save(self.folder / "grey.jpg")
        own = pictures.load([self.folder / "red.png", self.folder / "grey.jpg"])
        self.assertEqual(own[0], (self.folder / "red.png").read_bytes())
        self.assertEqual(Image.open(io.BytesIO(own[1])).format, "PNG")
        bundle.save(Small(), small_manifest(), LABELS, own, self.folder / "M.pt")
        self.assertEqual(Written(self.folder / "M.pt").pictures, own)


    def test_too_many_or_too_large_pictures_are_refused(self):
        for own, says in [([], "1 to 100 pictures, not 0"), ([b""] * 101, "not 101"), ([b"x" * (8 << 20 | 1)], "picture 0 has 8388609 bytes")]:
            with self.subTest(says), self.assertRaisesRegex(ExportError, says):
                bundle.save(Small(), small_manifest(), LABELS, own, self.folder / "M.pt")


class RefusedModuleTest(ExportCase):
    def refused(self, forward, says):
        class Changed(Small):
            pass
        Changed.forward = forward
        with self.assertRaisesRegex(ExportError, says):
            bundle.save(Changed(), small_manifest(), LABELS, None, self.folder / "M.pt")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_fixed_batch(self):
        self.refused(lambda self, x: self.body(x).reshape(int(x.shape[0]), 5), "at batch 1 the traced model fails")

    def test_a_branch_on_values(self):
        self.refused(lambda self, x: self.body(x) * (2 if x.sum() > 0 else 3), "differs from the eager one|at batch")

    def test_a_fixed_device(self):
        self.refused(lambda self, x: self.body(x) + torch.arange(5, device=x.device), "tensors on a fixed device .aten::arange in forward")

    def test_a_tensor_outside_the_weights(self):
        table = torch.ones(5)
        self.refused(lambda self, x: self.body(x) + table, r"a tensor of shape \(5,\) that is neither parameter nor buffer")

    def test_a_fixed_dtype(self):
        self.refused(lambda self, x: self.body(x).double().float(), "answers in torch.float32: a dtype is fixed")

    def test_a_wrong_number_of_classes(self):
        self.refused(lambda self, x: self.body(x)[:, :4], r"returns shape \(1, 4\) instead of \(1, 5\): a column for each label")

    def test_values_that_are_not_finite(self):
        self.refused(lambda self, x: self.body(x) / 0, "not finite")

    def test_something_else_than_one_tensor(self):
        self.refused(lambda self, x: (self.body(x), x), "returns tuple instead of one tensor")

    def test_an_idle_cast_is_no_fixed_dtype(self):
        class Casting(Small):
            def forward(self, x):
                return torch.softmax(self.body(x.to(self.body[0].weight.dtype)).float(), -1, dtype=torch.float32)
        bundle.save(Casting(), small_manifest(), LABELS, None, self.folder / "M.pt")


class ManifestTest(unittest.TestCase):
    def test_the_first_wrong_field_is_named(self):
        good = small_manifest()
        good["dtype"], good["output"]["classes"] = "float32", 5
        manifest.validate(good)
        for path, value, says in [
                ("format", 2, "format must be"), ("name", "", "name must be"), ("name", "x" * 101, "name must be"), ("size", "huge", "size must be one of"),
                ("trained", 1, "trained must be one of"), ("dtype", "int8", "dtype must be one of"), ("license", 3, "license must be a text"),
                ("input", [], "input must be an object"), ("input.width", 0, "input.width must be a whole number from 1 to 4096"),
                ("input.height", 32.0, "input.height"), ("input.height", True, "input.height"), ("input.color", "rgb", "input.color must be one of RGB, BGR"),
                ("input.interpolation", "lanczos", "input.interpolation must be one of bilinear, bicubic"), ("input.antialias", False, "input.antialias"),
                ("input.mean", [0.5, 0.5], "input.mean must be 3 numbers"), ("input.std", [1, 0, 1], "input.std must be 3 positive numbers"),
                ("input.mean", [0, 0, float("nan")], "input.mean"), ("input.resize.rule", "longer-side", "input.resize.rule"),
                ("name", " ", "name must not be blank"), ("input.resize.size", 4097, "a whole number from 1 to 4096"),
                ("input.resize.size", 31, "less than the crop of 32 x 32"), ("input.resize", {"rule": "exact", "width": 40, "height": 31}, "less than the crop"),
                ("output.classes", 0, "output.classes"), ("output.activation", "relu", "output.activation"), ("output.threshold", 1.5, "output.threshold")]:
            bad = copy.deepcopy(good)
            *parents, last = path.split(".")
            target = bad
            for parent in parents:
                target = target[parent]
            target[last] = value
            with self.subTest(path=path, value=value), self.assertRaisesRegex(ExportError, says):
                manifest.validate(bad)

    def test_a_missing_field_is_named(self):
        bad = small_manifest()
        bad["dtype"], bad["output"]["classes"] = "float32", 5
        del bad["input"]["alpha"]
        with self.assertRaisesRegex(ExportError, "input.alpha must be one of drop, white, but is missing"):
            manifest.validate(bad)

    def test_texts_that_forge_a_line_are_refused(self):
        for text in ("a\nb", "a\rb", "\x1b[2J", "a\u2028b", "\u202eb", "a\x85"):
            self.assertFalse(is_plain(text), repr(text))
            with self.assertRaises(ExportError):
                labels.check(["a", text])
        for text in ("a\u3164", "a\u034f", "\uffff"):
            self.assertFalse(is_plain(text), repr(text))
        self.assertTrue(is_plain("红 (a), é 👩\u200d🔬"))

    def test_classes_and_labels_must_agree(self):
        stated = small_manifest()
        stated["output"]["classes"] = 4
        with self.assertRaisesRegex(ExportError, "states 4 classes, but there are 5 labels"):
            bundle.save(Small(), stated, LABELS, None, "never-written.pt")


class LabelsTest(ExportCase):
    def test_only_lf_and_crlf_end_a_line(self):
        path = self.folder / "labels.txt"
        path.write_bytes("\ufeff苹果\r\n香\u2028蕉\x0b\n猫".encode())
        self.assertEqual(labels.read_lines(path), ["苹果", "香\u2028蕉\x0b", "猫"])
        with self.assertRaisesRegex(ExportError, "class 1 .line 2. contains a line end or control characters"):
            labels.read(path)

    def test_what_follows_a_tab_is_not_part_of_a_label(self):
        path = self.folder / "labels.txt"
        path.write_text("苹果\tMalus domestica\tapple\n香蕉\t\n", encoding="utf-8")
        self.assertEqual(labels.read(path), ["苹果", "香蕉"])

    def test_imagenets_english_names_become_chinese(self):
        english = [line.split("\t")[2] for line in labels.read_lines(labels.IMAGENET)]
        listed = [f"{name.upper()}, and others" for name in english]
        self.assertEqual(labels.in_chinese(listed), labels.read(labels.IMAGENET))
        renamed = ["renamed"] * 101 + listed[101:]
        self.assertEqual(labels.in_chinese(renamed), renamed)
        for other in (listed[::-1], listed[:999], [*listed, "more"], [f"LABEL_{i}" for i in range(1000)]):
            self.assertEqual(labels.in_chinese(other), other)

    def test_an_empty_label_is_named(self):
        path = self.folder / "labels.txt"
        path.write_text("苹果\n\n猫\n", encoding="utf-8")
        with self.assertRaisesRegex(ExportError, r"class 1 \(line 2\) is empty"):
            labels.read(path)

    def test_other_encodings_are_refused(self):
        path = self.folder / "labels.txt"
        path.write_bytes("苹果\n".encode("gbk"))
        with self.assertRaisesRegex(ExportError, "not UTF-8"):
            labels.read(path)


class ReferenceTest(unittest.TestCase):
    @needs_kit
    def test_crops_of_the_kit_are_exact(self):
        spec = bundle.manifest(name="k", family="test", size="small", resize=bundle.shorter_side(256))["input"]
        crops = np.load(KIT / "golden/crops.npy")
        for name, expected in zip((KIT / "golden/files.txt").read_text().split(), crops):
            actual = reference.resize_and_crop(reference.decode((KIT / name).read_bytes(), spec), spec)
            self.assertTrue(np.array_equal(np.asarray(actual), expected), name)

    def test_floor_and_half_even_differ_by_a_pixel_where_three_are_over(self):
        picture = Image.fromarray(np.arange(9 * 7 * 3, dtype=np.uint8).reshape(7, 9, 3))  # 9 x 7 to 6 x 4: 1.5 pixels on each side
        spec = {"resize": bundle.exact(9, 7), "width": 6, "height": 4, "interpolation": "bilinear"}
        even = np.asarray(reference.resize_and_crop(picture, {**spec, "crop_rounding": "half-even"}))
        floor = np.asarray(reference.resize_and_crop(picture, {**spec, "crop_rounding": "floor"}))
        whole = np.asarray(picture)
        self.assertTrue(np.array_equal(even, whole[2:6, 2:8]))
        self.assertTrue(np.array_equal(floor, whole[1:5, 1:7]))

    def test_transparency_is_dropped_or_laid_on_white(self):
        data = pictures.encode(Image.new("RGBA", (3, 3), (10, 20, 30, 0)))
        drop = reference.decode(data, {"orientation": "exif", "alpha": "drop"})
        white = reference.decode(data, {"orientation": "exif", "alpha": "white"})
        self.assertEqual((drop.getpixel((1, 1)), white.getpixel((1, 1))), ((10, 20, 30), (255, 255, 255)))

    def test_bgr_swaps_channels_before_normalising(self):
        spec = {"color": "BGR", "mean": [0.0, 0.25, 0.5], "std": [1.0, 0.5, 0.25]}
        values = reference.normalise(Image.new("RGB", (1, 1), (255, 51, 0)), spec)
        self.assertTrue(torch.allclose(values.flatten(), torch.tensor([0.0, (0.2 - 0.25) / 0.5, (1 - 0.5) / 0.25])))


if __name__ == "__main__":
    unittest.main()
