"""exporters/lean.py: leaner forwards give the plain ones' answers, reach the file, leave the module as it was, and stand back where they would be wrong."""
import contextlib
import io
import unittest

import torch
from torch import nn

from support import ExportCase, Written, bundle
from exporters import import_torchvision, lean, reference, timm_family

import_torchvision()
import transformers  # noqa: E402 (after the import above has made it possible)
from timm.layers import SelectiveKernel, SplitAttn  # noqa: E402
from timm.models.vision_transformer import VisionTransformer  # noqa: E402

CLASSES = 5
SPEC = {"width": 32, "height": 32}
TINY = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 3, "num_classes": CLASSES}
TRANSFORMER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "image_size": 32, "patch_size": 8}
TOLERANCE = 1e-5
"""Of answers of about 1, in float32, whose sums come in another order (some 1e-7)."""


def stir(module):
    """Random numbers for all that libraries begin with zeros or ones: what is multiplied by zero hides mistakes."""
    torch.manual_seed(11)
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5, 1.5) if name.endswith(("running_var", "gamma")) or "norm" in name else nn.init.normal_(tensor, std=0.2)
    return module.eval()


class Wrapped(nn.Module):
    """Calls a network and answers with a function of what it gives."""

    def __init__(self, network, forward):
        super().__init__()
        self.network, self.ask = network, forward

    def forward(self, x):
        return self.ask(self.network, x)


class Case(ExportCase):
    def assert_leaner(self, module, parts):
        """`parts` modules get another forward for as long as it lasts; the answers stay at a batch that the proof did not try."""
        x = torch.randn(3, 3, 32, 32)
        with torch.no_grad():
            plain = module(x)
            with lean.forwards(module, SPEC, CLASSES):
                self.assertEqual(sum("forward" in vars(part) for part in module.modules()), parts)
                self.assert_close(module(x), plain, TOLERANCE)
            self.assertFalse(any("forward" in vars(part) for part in module.modules()))
            self.assertTrue(torch.equal(module(x), plain))

    def assert_left(self, module, note):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), lean.forwards(module, SPEC, CLASSES):
            self.assertFalse(any("forward" in vars(part) for part in module.modules()))
        self.assertEqual(said.getvalue() != "", note, said.getvalue())
        return said.getvalue()


class ClassTokenTest(Case):
    def test_timm(self):
        for changes in [{}, {"qkv_bias": False}, {"qk_norm": True, "scale_attn_norm": True}, {"init_values": 0.1, "no_embed_class": True},
                        {"reg_tokens": 2, "pre_norm": True}]:
            with self.subTest(changes):
                self.assert_leaner(stir(VisionTransformer(**TINY, **changes)), 1)

    def test_only_one_row_is_worked_out(self):
        network, rows = stir(VisionTransformer(**TINY)), []
        for part in (network.blocks[-1].mlp, network.blocks[-1].attn.proj, network.norm):
            part.register_forward_hook(lambda part, inputs, output: rows.append(output.shape[1]))
        with lean.forwards(network, SPEC, CLASSES):
            rows.clear()
            network(torch.randn(1, 3, 32, 32))
        self.assertEqual(rows, [1, 1, 1])

    def test_transformers(self):
        for name in ("ViT", "DeiT", "ViTMSN"):
            with self.subTest(name):
                config = getattr(transformers, name + "Config")(**TRANSFORMER, num_labels=CLASSES)
                network = getattr(transformers, name + "ForImageClassification")(config)
                self.assert_leaner(stir(Wrapped(network, lambda own, x: own(pixel_values=x).logits)), 1)

    def test_chinese_clip(self):
        network = transformers.ChineseCLIPVisionModel(transformers.ChineseCLIPVisionConfig(**{**TRANSFORMER, "hidden_size": CLASSES * 8}))
        self.assert_leaner(stir(Wrapped(network, lambda own, x: own(pixel_values=x).pooler_output[:, :CLASSES])), 1)

    def test_who_reads_all_rows_by_design_is_left(self):
        self.assert_left(stir(VisionTransformer(**TINY, global_pool="avg", fc_norm=False)), note=False)
        self.assert_left(stir(VisionTransformer(**TINY, global_pool="map")), note=False)
        self.assert_left(stir(timm_family.create("deit_tiny_distilled_patch16_224", CLASSES, img_size=32)), note=False)

    def test_who_reads_all_rows_unforeseen_is_left_and_told(self):
        mean = Wrapped(VisionTransformer(**TINY), lambda own, x: own.head(own.forward_features(x).mean(1)))
        self.assertIn("its logits would differ by", self.assert_left(stir(mean), note=True))
        second = Wrapped(VisionTransformer(**TINY), lambda own, x: own.head(own.forward_features(x)[:, 1]))
        self.assertIn("it would fail", self.assert_left(stir(second), note=True))

    def test_the_file_is_lean_and_its_self_test_plain(self):
        network = stir(VisionTransformer(**TINY))
        manifest = bundle.manifest(name="tiny", family="test", size="small", resize=bundle.exact(32, 32), width=32)
        bundle.save(network, manifest, ["a", "b", "c", "d", "e"], None, self.folder / "M.pt")
        written = Written(self.folder / "M.pt")
        self.assertEqual(list(written.module.state_dict()), list(network.state_dict()))
        self.assert_close(written.logits, reference.logits(network, written.pictures, written.manifest["input"]), 0)
        self.assertIn("torch.slice", getattr(written.module.blocks, "1").code)
        self.assertNotIn("torch.slice", getattr(written.module.blocks, "0").code)
        self.assert_verifies(self.folder / "M.pt")


class WholeSumsTest(Case):
    def test_split_attention(self):
        for changes in [{}, {"radix": 4}, {"groups": 2}, {"radix": 3, "groups": 2}]:
            with self.subTest(changes), torch.no_grad():
                part = stir(SplitAttn(24, 24, norm_layer=nn.BatchNorm2d, **changes))
                x = torch.randn(3, 24, 7, 5)
                self.assert_close(lean.split_attention(part, x), part(x), TOLERANCE * 10)  # of answers of about 10

    def test_selective_kernel(self):
        for changes in [{}, {"split_input": False}, {"kernel_size": [3, 5, 7]}]:
            with self.subTest(changes), torch.no_grad():
                part = stir(SelectiveKernel(24, 24, **changes))
                x = torch.randn(3, 24, 7, 5)
                self.assert_close(lean.selective_kernel(part, x), part(x), TOLERANCE * 10)

    def test_networks(self):
        for arch, parts in [("resnest14d", 4), ("skresnet18", 8), ("test_resnet", 0)]:
            with self.subTest(arch):
                self.assert_leaner(timm_family.create(arch, CLASSES), parts)

    def test_one_part_is_left(self):
        part = SplitAttn(24, 24, radix=1)
        self.assert_left(Wrapped(part, lambda own, x: x.mean((2, 3))), note=False)


if __name__ == "__main__":
    unittest.main()
