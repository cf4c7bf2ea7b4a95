"""`export.py chinese-clip`: both towers, or the baked head, answer as the whole model does, from both checkpoint layouts; tokens as the reference's."""
import io
import json
import re
import unittest

import torch
from PIL import Image

from support import KIT, ExportCase, Written, needs_kit
from exporters import ExportError, chinese_clip, import_torchvision, ofa_checkpoint, reference

import_torchvision()
import transformers  # noqa: E402 (after the import above has made it possible)

LABELS = ["猫", "狗", "电饭煲", "煎饼果子", "A4 纸"]
WORDS = ["[PAD]", *(f"[unused{i}]" for i in range(1, 100)), "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"一张的图片照猫狗电饭煲煎饼果子纸", "a", "##4", "4", "##a"]


def tiny():
    torch.manual_seed(7)
    model = transformers.ChineseCLIPModel(transformers.ChineseCLIPConfig(
        text_config={"vocab_size": len(WORDS), "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 1, "intermediate_size": 96},
        vision_config={"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 1, "intermediate_size": 256, "image_size": 48, "patch_size": 8,
                       "projection_dim": 16}, projection_dim=16))
    for name, parameter in model.named_parameters():
        if "embedding" in name or "projection" in name:
            torch.nn.init.normal_(parameter, std=0.5)  # so that labels and pictures differ clearly
    return model.eval()


def to_ofa(model):
    """The state dict of the OFA-Sys/Chinese-CLIP repository for a transformers model: the inverse of ofa_checkpoint.convert, written independently."""
    state, out = model.state_dict(), {}
    names = {"vision_model.embeddings.class_embedding": "visual.class_embedding", "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
             "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding", "logit_scale": "logit_scale"}
    parts = [("vision_model.pre_layrnorm", "visual.ln_pre"), ("vision_model.post_layernorm", "visual.ln_post"), ("text_model.", "bert."),
             ("vision_model.encoder.layers", "visual.transformer.resblocks"), ("self_attn.out_proj", "attn.out_proj"), ("layer_norm", "ln_"),
             ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj")]
    for name, tensor in state.items():
        if name in ("visual_projection.weight", "text_projection.weight"):
            out["module.visual.proj" if name.startswith("visual") else "module.text_projection"] = tensor.t().contiguous()
        elif match := re.fullmatch(r"vision_model\.encoder\.layers\.(\d+)\.self_attn\.q_proj\.(weight|bias)", name):
            joined = torch.cat([state[name.replace("q_proj", f"{part}_proj")] for part in "qkv"])
            out[f"module.visual.transformer.resblocks.{match[1]}.attn.in_proj_{match[2]}"] = joined
        elif not re.search(r"self_attn\.[kv]_proj", name):
            new = names.get(name, name)
            for old, replacement in parts if name not in names else []:
                new = new.replace(old, replacement)
            out["module." + new] = tensor
    out["module.bert.pooler.dense.weight"] = torch.zeros(64, 64)
    return out


class ChineseClipTest(ExportCase):
    def setUp(self):
        super().setUp()
        self.model, self.labels = tiny(), self.write_labels(LABELS)
        (self.folder / "vocab.txt").write_text("".join(word + "\n" for word in WORDS), encoding="utf-8")

    def expected(self, written, prompt):
        """The whole model's own answer, through transformers' tokenizer and Chinese-CLIP's documented preprocessing, all in Pillow."""
        words = transformers.BertTokenizer.from_pretrained(self.folder)([prompt.replace("{}", label) for label in LABELS], padding=True, return_tensors="pt")
        squares = [reference.decode(data, written.manifest["input"]).resize((48, 48), Image.Resampling.BICUBIC) for data in written.pictures]
        pixels = torch.cat([reference.normalise(s, {"color": "RGB", "mean": chinese_clip.MEAN, "std": chinese_clip.STD}) for s in squares])
        with torch.inference_mode():
            return self.model(**words, pixel_values=pixels).logits_per_image

    def test_transformers_folder(self):
        self.model.save_pretrained(self.folder)
        out = self.export("chinese-clip", "--path", self.folder, "--labels", self.labels)
        self.assert_survives_a_blunt_cast(out)
        written = Written(out)
        self.assert_close(written.logits, self.expected(written, "一张{}的图片"), 1e-4)
        self.assertGreater(written.logits.std(dim=0).min().item(), 0.01)  # or the comparison would prove little
        told = written.manifest
        self.assertEqual((told["family"], told["output"]["activation"], written.labels), ("chinese-clip", "softmax", LABELS))
        self.assertEqual((told["input"]["resize"], told["input"]["interpolation"]), ({"rule": "exact", "width": 48, "height": 48}, "bicubic"))
        self.assertFalse(any("text_model" in name for name, _ in written.module.named_parameters()))

    def test_the_repositorys_checkpoint_gives_the_same(self):
        torch.save({"state_dict": to_ofa(self.model), "epoch": 1}, self.folder / "clip_cn_tiny.pt")
        written = Written(self.export("chinese-clip", "--path", self.folder, "--labels", self.labels, "--prompt", "{}的照片"))
        self.assert_close(written.logits, self.expected(written, "{}的照片"), 1e-4)

    def test_its_embedding_is_the_image_towers(self):
        self.model.save_pretrained(self.folder)
        written = Written(self.export("chinese-clip", "--path", self.folder, "--labels", self.labels, "--embedding"))
        with torch.inference_mode():
            x = torch.cat([reference.network_input(data, written.manifest["input"]) for data in written.pictures])
            expected = torch.nn.functional.normalize(self.model.get_image_features(pixel_values=x).pooler_output, dim=1)
        self.assertTrue(written.manifest["embedding"]["normalised"])
        self.assert_close(written.embeddings, expected, 1e-5)

    def test_both_towers_without_labels(self):
        self.model.save_pretrained(self.folder)
        out = self.export("chinese-clip", "--path", self.folder)
        written = Written(out)
        told, test = written.manifest, written.manifest["selftest"]
        self.assertEqual((told["format"], told["output"]["classes"], written.labels), (2, 0, []))
        self.assertEqual(told["text"] | {"logit_scale": 0}, {
            "tokenizer": "bert", "network": "text/network.pt", "vocabulary": "text/vocabulary.txt", "length": 52, "longest_word": 200, "logit_scale": 0})
        self.assertAlmostEqual(told["text"]["logit_scale"], self.model.logit_scale.exp().item(), places=4)
        self.assertEqual(written.extra["text/vocabulary.txt"].decode().splitlines(), WORDS)
        tokens = transformers.BertTokenizer.from_pretrained(self.folder)(test["texts"], padding="max_length", truncation=True, max_length=52,
                                                                         return_tensors="pt")
        x = torch.cat([reference.network_input(data, told["input"]) for data in written.pictures])
        with torch.inference_mode():
            expected = self.model(**tokens, pixel_values=x)
            tower = torch.jit.load(io.BytesIO(written.extra[told["text"]["network"]])).eval()
            self.assert_close(tower(tokens["input_ids"]), expected.text_embeds, 1e-5)
            self.assert_close(tower(tokens["input_ids"][:1, :4]), expected.text_embeds[:1], 1e-5)  # 红茶, without what is padded
        self.assert_close(written.embeddings, expected.image_embeds, 1e-5)
        self.assert_close(written.rows("text_embeddings", len(test["texts"])), expected.text_embeds, 1e-5)
        self.assert_close(written.rows("scores"), expected.logits_per_image / self.model.logit_scale.exp().detach(), 1e-5)
        self.assertGreater(written.rows("scores").std().item(), 0.01)  # or the comparison would prove little
        self.assertGreater(tokens["attention_mask"].sum(1).max().item(), 51)  # a text was cut

    def test_both_towers_in_half_precision(self):
        self.model.save_pretrained(self.folder)
        written = Written(self.export("chinese-clip", "--path", self.folder, "--half"))
        tower = torch.jit.load(io.BytesIO(written.extra["text/network.pt"]))
        self.assertEqual({p.dtype for p in [*tower.parameters(), *written.module.parameters()]}, {torch.float16})
        with torch.inference_mode():
            ids = chinese_clip.tokenise(chinese_clip.tokenizer(self.folder, len(WORDS)), written.manifest["selftest"]["texts"])
            self.assert_close(tower.float()(ids), written.rows("text_embeddings", len(ids)), 1e-5)

    def test_random_towers_have_the_published_shape(self):
        model = chinese_clip.random_model("ViT-B-16")
        self.assertEqual(sum(p.numel() for p in model.parameters()), 188_262_913)  # as OFA-Sys/chinese-clip-vit-base-patch16 counts them

    def test_several_prompts_are_averaged(self):
        self.model.save_pretrained(self.folder)
        tokens = chinese_clip.tokenizer(self.folder, len(WORDS))
        one, other, both = (chinese_clip.text_embeddings(self.model, tokens, LABELS, prompts) for prompts in (["{}"], ["一张{}"], ["{}", "一张{}"]))
        self.assert_close(both, torch.nn.functional.normalize(one + other, dim=-1), 1e-6)

    def test_embeddings_do_not_depend_on_the_batch(self):
        tokens = chinese_clip.tokenizer(self.folder, len(WORDS))
        one_by_one, at_once = (chinese_clip.text_embeddings(self.model, tokens, LABELS, ["{}"], batch) for batch in (1, 64))
        self.assert_close(one_by_one, at_once, 1e-5)

    def test_half(self):
        self.model.save_pretrained(self.folder)
        written = Written(self.export("chinese-clip", "--path", self.folder, "--labels", self.labels, "--half"))
        self.assertEqual({p.dtype for p in written.module.parameters()}, {torch.float16})

    def test_random_has_the_published_shape(self):
        module = chinese_clip.random_classifier("ViT-B-16", 10)
        self.assertEqual(sum(p.numel() for p in module.parameters()), 86_192_640 + 10 * 512)  # CLIP's ViT-B/16 image tower and the head

    def test_mistakes_are_one_sentence(self):
        base = ["chinese-clip", "--path", self.folder]
        self.assert_refused(*base, says=["neither config.json", "found 0"])
        self.assert_refused(*base, "--prompt", "{}", says=["--prompt is for --labels"])
        self.assert_refused(*base, "--labels", self.labels, says=["neither config.json", "found 0"])
        self.model.save_pretrained(self.folder)
        (self.folder / "vocab.txt").write_text("[PAD]\n[UNK]\n", encoding="utf-8")
        self.assert_refused(*base, "--labels", self.labels, says=["has 2 tokens, but the model was made for"])
        (self.folder / "vocab.txt").unlink()
        self.assert_refused(*base, "--labels", self.labels, says=["has no vocab.txt"])
        self.assert_refused(*base, says=["has no vocab.txt"])
        self.assert_refused(*base, "--vocab", self.folder / "words.txt", says=["no such vocabulary"])

    def test_repository_checkpoints_that_do_not_fit(self):
        state = to_ofa(self.model)
        for changes, says in [({"module.visual.ln_post.weight": None}, r"1 key missing \(vision_model.post_layernorm.weight\)"),
                              ({"module.extra": torch.ones(1)}, r"1 key not expected \(extra\)"),
                              ({"module.visual.conv1.weight": None, "module.visual.layer1.0.conv1.weight": torch.ones(1)}, "RN50 is not supported")]:
            changed = {name: tensor for name, tensor in {**state, **changes}.items() if tensor is not None}
            torch.save({"state_dict": changed}, self.folder / "clip_cn_tiny.pt")
            with self.subTest(says), self.assertRaisesRegex(ExportError, says):
                ofa_checkpoint.load(self.folder)


class TokenizerTest(unittest.TestCase):
    @needs_kit
    def test_ids_are_the_reference_tokenizers(self):
        tokens = chinese_clip.tokenizer(KIT / "tokenizer", 21128)
        for entry in json.loads((KIT / "tokenizer/wordpiece_golden.json").read_text(encoding="utf-8")):
            with self.subTest(entry["text"]):
                self.assertEqual(chinese_clip.tokenise(tokens, [entry["text"]])[0].tolist(), entry["ids"])


if __name__ == "__main__":
    unittest.main()
