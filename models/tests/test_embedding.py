"""`--embedding`: the features are the library's own, the logits stay, and what has no last layer is refused."""
import unittest

import torch
from torch import nn

from support import ExportCase, Written
from exporters import ExportError, features, import_torchvision, reference, timm_family

import_torchvision()
import transformers  # noqa: E402 (after the import above)

SPEC = {"width": 32, "height": 32}


class EmbeddingTest(ExportCase):
    def test_timm_gives_what_its_pre_logits_are(self):
        for arch in ("test_resnet", "test_vit", "test_convnext"):
            with self.subTest(arch):
                command = ["timm", "--arch", arch, "--random", "--labels", self.write_labels(["一", "二", "三"])]
                plain, written = Written(self.export(*command, verify=False)), Written(self.export(*command, "--embedding"))
                network = timm_family.create(arch, 3)
                with torch.inference_mode():
                    x = torch.cat([reference.network_input(data, written.manifest["input"]) for data in written.pictures])
                    expected = nn.functional.normalize(network.forward_head(network.forward_features(x), pre_logits=True), dim=1)
                self.assertEqual((written.manifest["format"], plain.manifest["format"]), (2, 1))
                self.assertEqual(written.manifest["embedding"]["length"], network.num_features)
                self.assert_close(written.logits, plain.logits, 1e-6)
                self.assert_close(written.embeddings, expected, 1e-5)

    def test_hf_gives_what_its_classifier_reads(self):
        config = transformers.ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=32, patch_size=8, num_labels=3)
        torch.manual_seed(0)
        network = transformers.ViTForImageClassification(config).eval()
        network.save_pretrained(self.folder / "hf")
        transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(self.folder / "hf")
        written = Written(self.export("hf", "--path", self.folder / "hf", "--labels", self.write_labels(["一", "二", "三"]), "--embedding"))
        with torch.inference_mode():
            x = torch.cat([reference.network_input(data, written.manifest["input"]) for data in written.pictures])
            expected = nn.functional.normalize(network.vit(x).last_hidden_state[:, 0], dim=1)
        self.assertFalse(written.manifest["embedding"]["normalised"])
        self.assert_close(written.embeddings, expected, 1e-5)

    def test_half_precision_tells_what_its_rounded_weights_give(self):
        written = Written(self.export("timm", "--arch", "test_resnet", "--random", "--labels", self.write_labels(["一", "二"]), "--embedding", "--half"))
        with torch.inference_mode():
            x = torch.cat([reference.network_input(data, written.manifest["input"]) for data in written.pictures])
            rows = written.module.float()(x)
        self.assert_close(written.embeddings, nn.functional.normalize(rows[:, 2:], dim=1), 1e-5)

    def test_features_of_length_1_are_told(self):
        class Unit(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(8, 3)

            def forward(self, x):
                return self.layer(nn.functional.normalize(x.flatten(1)[:, :8], dim=1))
        _, described = features.beside_logits(Unit().eval(), SPEC)
        self.assertEqual(described, {"length": 8, "dtype": "float32", "meaning": features.MEANING, "normalised": True})

    def test_two_last_layers(self):
        class Two(nn.Module):
            def __init__(self):
                super().__init__()
                self.one, self.other = nn.Linear(8, 3), nn.Linear(8, 3)

            def forward(self, x):
                return (self.one(x.flatten(1)[:, :8]) + self.other(x.flatten(1)[:, 8:16])) / 2
        with self.assertRaisesRegex(ExportError, "not the result of one linear layer"):
            features.beside_logits(Two().eval(), SPEC)

    def test_a_last_layer_that_is_asked_for_every_pixel(self):
        class Dense(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(3, 5)

            def forward(self, x):
                return self.layer(x[:, :, :2, 0].transpose(1, 2)).flatten(1)
        with self.assertRaisesRegex(ExportError, "^--embedding: "):
            features.beside_logits(Dense().eval(), SPEC)


if __name__ == "__main__":
    unittest.main()
