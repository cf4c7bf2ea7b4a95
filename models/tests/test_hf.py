"""`export.py hf`: tiny random models of five and more families, processors carried over pixel by pixel, and what is refused."""
import json
import unittest

import torch
from PIL import Image

from support import ExportCase, Written, bundle
from exporters import ExportError, import_torchvision, labels as label_files, processor, reference

import_torchvision()
import transformers  # noqa: E402 (after the import above has made it possible)
from transformers import AutoImageProcessor, AutoModelForImageClassification  # noqa: E402

ID2LABEL = {0: "猫", 1: "狗", 2: "苹果", 3: "自行车", 4: "茶杯"}
TRANSFORMER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "image_size": 32, "patch_size": 8}
WINDOWS = {"image_size": 64, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 2], "window_size": 4}
SQUARE = {"size": {"height": 32, "width": 32}}
CROPPED = {"size": {"shortest_edge": 40}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}}


def tiny(name, **changes):
    config = getattr(transformers, name + "Config")(**{"id2label": ID2LABEL, **changes})
    config.label2id = {label: i for i, label in config.id2label.items()}
    torch.manual_seed(5)
    config.architectures = [name + "ForImageClassification"]
    return AutoModelForImageClassification.from_config(config)


class HfCase(ExportCase):
    def folder_with(self, model, processor_name, **settings):
        model.save_pretrained(self.folder)
        getattr(transformers, processor_name)(**settings).save_pretrained(self.folder)
        return self.folder


class FamilyTest(HfCase):
    def check(self, model, side, processor_name, index_free=True, **settings):
        """Exports, and compares the file's answers with transformers' own for the same pictures."""
        folder = self.folder_with(model, processor_name, **settings)
        out = self.export("hf", "--path", folder)
        written = Written(out)
        self.assertEqual(written.labels, list(ID2LABEL.values()))
        if index_free:
            self.assert_survives_a_blunt_cast(out)
        self.assertEqual((written.manifest["input"]["width"], written.manifest["input"]["height"]), (side, side))
        own = AutoImageProcessor.from_pretrained(folder, backend="pil")
        for data, logits in zip(written.pictures, written.logits):
            pixels = own(images=reference.decode(data, written.manifest["input"]), return_tensors="pt")["pixel_values"]
            with torch.inference_mode():
                self.assert_close(logits, model.eval()(pixel_values=pixels).logits[0], 1e-4)
        return written

    def test_vit(self):
        written = self.check(tiny("ViT", **TRANSFORMER), 32, "ViTImageProcessor", **SQUARE)
        self.assertEqual((written.manifest["input"]["resize"], written.manifest["input"]["interpolation"]), ({"rule": "exact", "width": 32, "height": 32}, "bilinear"))

    def test_swin(self):
        self.check(tiny("Swin", **WINDOWS), 64, "ViTImageProcessor", size={"height": 64, "width": 64}, resample=Image.Resampling.BICUBIC)

    def test_swin_whose_last_stage_is_one_window(self):
        published = {"image_size": 224, "embed_dim": 12, "depths": [1, 1, 1, 2], "num_heads": [1, 1, 1, 1], "window_size": 7}
        self.check(tiny("Swin", **published), 224, "ViTImageProcessor")

    def test_swin_v2(self):
        self.check(tiny("Swinv2", **WINDOWS), 64, "ViTImageProcessor", index_free=False, size={"height": 64, "width": 64})

    def test_convnext_below_384_is_cropped(self):
        written = self.check(tiny("ConvNext", num_stages=2, hidden_sizes=[8, 16], depths=[1, 1]), 64, "ConvNextImageProcessor", size={"shortest_edge": 64})
        self.assertEqual(written.manifest["input"]["resize"], {"rule": "shorter-side", "size": 73})  # int(64 / 0.875)

    def test_convnext_from_384_is_squeezed(self):
        written = self.check(tiny("ConvNext", num_stages=2, hidden_sizes=[8, 16], depths=[1, 1]), 384, "ConvNextImageProcessor", size={"shortest_edge": 384})
        self.assertEqual(written.manifest["input"]["resize"], {"rule": "exact", "width": 384, "height": 384})

    def test_beit_with_relative_positions(self):
        for shared in (False, True):
            with self.subTest(shared=shared):
                model = tiny("Beit", **TRANSFORMER, use_relative_position_bias=not shared, use_shared_relative_position_bias=shared)
                for parameter in (p for name, p in model.named_parameters() if "relative_position_bias_table" in name):
                    torch.nn.init.normal_(parameter)  # zeros would hide a wrong index
                self.check(model, 32, "BeitImageProcessor", **SQUARE)

    def test_dinov2_at_the_size_it_was_trained_for_and_at_another(self):
        for trained in (32, 56):
            with self.subTest(trained=trained):
                model = tiny("Dinov2", **{**TRANSFORMER, "image_size": trained})
                torch.nn.init.normal_(model.dinov2.embeddings.position_embeddings)
                self.check(model, 32, "BitImageProcessor", **CROPPED)

    def test_convolutions(self):
        self.check(tiny("ResNet", embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1]), 64, "ConvNextImageProcessor", size={"shortest_edge": 64})

    def test_bgr(self):
        written = self.check(tiny("MobileViT", image_size=64, hidden_sizes=[16, 16, 16], neck_hidden_sizes=[8, 8, 8, 8, 8, 8, 16]), 64, "MobileViTImageProcessor",
                             size={"shortest_edge": 72}, crop_size={"height": 64, "width": 64})
        self.assertEqual((written.manifest["input"]["color"], written.manifest["input"]["mean"]), ("BGR", [0.0, 0.0, 0.0]))

    def test_several_labels_a_picture_are_a_sigmoid(self):
        model = tiny("ViT", **TRANSFORMER)
        model.config.problem_type = "multi_label_classification"
        self.assertEqual(self.check(model, 32, "ViTImageProcessor", **SQUARE).manifest["output"]["activation"], "sigmoid")

    def test_half(self):
        folder = self.folder_with(tiny("Swin", **WINDOWS), "ViTImageProcessor", size={"height": 64, "width": 64})
        module = Written(self.export("hf", "--path", folder, "--half")).module
        self.assertEqual({t.dtype for t in list(module.parameters()) + list(module.buffers()) if t.is_floating_point()}, {torch.float16})

    def test_other_labels(self):
        labels = self.write_labels(["甲", "乙", "丙", "丁", "戊"])
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "ViTImageProcessor", **SQUARE)
        self.assertEqual(Written(self.export("hf", "--path", folder, "--labels", labels)).labels[4], "戊")

    def test_imagenets_labels_are_chinese(self):
        english = [line.split("\t")[2] for line in label_files.read_lines(label_files.IMAGENET)]
        model = tiny("ViT", id2label=dict(enumerate(english)), **TRANSFORMER)
        labels = Written(self.export("hf", "--path", self.folder_with(model, "ViTImageProcessor", **SQUARE))).labels
        self.assertEqual(labels, label_files.read(label_files.IMAGENET))


class ProcessorTest(unittest.TestCase):
    CASES = [
        ("ViTImageProcessor", {"size": {"height": 45, "width": 61}, "resample": Image.Resampling.BICUBIC}),
        ("ViTImageProcessor", {**SQUARE, "rescale_factor": 1 / 127.5, "image_mean": [1.0, 1.1, 0.9], "image_std": [0.5, 0.6, 0.7]}),
        ("ViTImageProcessor", {**SQUARE, "do_normalize": False}),
        ("ViTImageProcessor", {**SQUARE, "do_rescale": False, "image_mean": [120.0, 115.0, 100.0], "image_std": [60.0, 61.0, 62.0]}),
        ("BitImageProcessor", {"size": {"shortest_edge": 47}, "crop_size": {"height": 32, "width": 40}}),
        ("CLIPImageProcessor", {"size": {"shortest_edge": 40}, "crop_size": {"height": 40, "width": 40}}),
        ("BeitImageProcessor", {"size": {"height": 47, "width": 49}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}}),
        ("ConvNextImageProcessor", {"size": {"shortest_edge": 60}, "crop_pct": 0.9}),
        ("EfficientNetImageProcessor", {"size": {"height": 40, "width": 40}, "rescale_offset": True, "rescale_factor": 1 / 127.5, "include_top": False,
                                        "resample": Image.Resampling.BICUBIC}),
        ("MobileViTImageProcessor", {"size": {"shortest_edge": 50}, "crop_size": {"height": 41, "width": 41}}),
    ]

    def test_pixels_are_the_processors(self):
        for name, settings in self.CASES:
            for suffix in ("", "Pil"):
                own = getattr(transformers, name + suffix)(**settings)
                with self.subTest(name=name + suffix, settings=settings):
                    self.assertEqual(own.backend, "pil" if suffix else "torchvision")
                    spec = bundle.manifest(name="p", family="hf", size="small", **processor.preprocessing(own))["input"]
                    processor.check(own, spec)

    def test_a_rule_that_is_off_by_one_is_noticed(self):
        own = transformers.BitImageProcessorPil(size={"shortest_edge": 47}, crop_size={"height": 32, "width": 32})
        spec = bundle.manifest(name="p", family="hf", size="small", **processor.preprocessing(own))["input"]
        with self.assertRaisesRegex(ExportError, "differ by up to .* levels of 255"):
            processor.check(own, {**spec, "crop_rounding": "half-even"})

    def test_settings_that_cannot_be_carried_are_named(self):
        for name, settings, says in [
                ("ViTImageProcessor", {**SQUARE, "resample": Image.Resampling.LANCZOS}, "resizes with lanczos, but a model file has bilinear or bicubic"),
                ("ViTImageProcessor", {**SQUARE, "resample": Image.Resampling.NEAREST}, "resizes with nearest"),
                ("ViTImageProcessor", {**SQUARE, "do_resize": False}, "do_resize is false"),
                ("ViTImageProcessor", {**SQUARE, "do_pad": True}, "pads pictures .do_pad is True"),
                ("ViTImageProcessor", {"size": {"shortest_edge": 32}, "do_center_crop": False}, "does not crop"),
                ("ViTImageProcessor", {"size": {"shortest_edge": 32, "longest_edge": 64}}, "size rule that a model file cannot carry"),
                ("PoolFormerImageProcessor", {}, "scales the crop")]:
            with self.subTest(settings=settings), self.assertRaisesRegex(ExportError, says):
                processor.preprocessing(getattr(transformers, name)(**settings))

    def test_a_step_of_its_own_is_refused(self):
        own = transformers.EfficientNetImageProcessorPil(size={"height": 40, "width": 40}, include_top=True, resample=Image.Resampling.BICUBIC)
        spec = bundle.manifest(name="p", family="hf", size="small", **processor.preprocessing(own))["input"]
        with self.assertRaisesRegex(ExportError, "does something that a model file cannot carry"):
            processor.check(own, spec)  # include_top normalises a second time


class RefusedTest(HfCase):
    def test_mistakes_are_one_sentence(self):
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "ViTImageProcessor", **SQUARE)
        self.assert_refused("hf", "--path", self.folder / "nowhere", says=["no such folder"])
        self.assert_refused("hf", "--path", folder, "--labels", self.write_labels(["a", "b"]), says=["has 2 labels", "5 classes"])
        (folder / "preprocessor_config.json").unlink()
        self.assert_refused("hf", "--path", folder, says=["cannot load the image processor"])
        (folder / "config.json").unlink()
        self.assert_refused("hf", "--path", folder, says=["has no config.json"])

    def test_a_crop_larger_than_the_picture(self):
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "BitImageProcessor", **{**CROPPED, "size": {"shortest_edge": 30}})
        self.assert_refused("hf", "--path", folder, says=["less than the crop of 32 x 32"])

    def test_weights_that_are_missing_or_of_another_shape(self):
        from safetensors.torch import load_file, save_file
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "ViTImageProcessor", **SQUARE)
        state = load_file(str(folder / "model.safetensors"))
        del state["classifier.weight"]
        state["classifier.bias"] = torch.zeros(7)
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        self.assert_refused("hf", "--path", folder, says=["1 key missing (classifier.weight)", "classifier.bias is (7,) instead of (5,)"])

    def test_a_model_without_a_classifier(self):
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "ViTImageProcessor", **SQUARE)
        transformers.BertConfig().save_pretrained(folder)
        self.assert_refused("hf", "--path", folder, says=["is not an image classifier", "bert"])

    def test_labels_with_a_gap(self):
        folder = self.folder_with(tiny("ViT", **TRANSFORMER), "ViTImageProcessor", **SQUARE)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config["id2label"] = {"0": "a", "1": "b", "3": "c", "4": "d", "5": "e"}
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        self.assert_refused("hf", "--path", folder, says=["does not name the classes 0 to 4"])


if __name__ == "__main__":
    unittest.main()
