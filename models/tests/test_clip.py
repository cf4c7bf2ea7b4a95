"""CLIP and SigLIP of transformers, with tokenizers that are learnt from this project's texts."""
import io
import json
import unittest

import torch
from support import ExportCase, MODELS, Written

import clip_reference  # noqa: E402 (after support, which sets the path)
import clip_tokens
from exporters import ExportError, tokens
from exporters.reference import network_input

from transformers import AutoTokenizer

TEXTS = [str(MODELS / "README.md"), str(MODELS / "FORMAT.md")]


class ClipTest(ExportCase):
    def setUp(self):
        super().setUp()
        self.model_folder = self.folder / "model"
        self.model_folder.mkdir()

    def made(self, kind):
        style = "clip" if kind == "clip" else "gemma"
        clip_tokens.train(style, self.folder / "tokenizer", 1200, TEXTS)
        made = clip_reference.of(kind, str(self.folder / "tokenizer"))
        made.save(self.model_folder)
        return made

    def assert_towers(self, made, written):
        told, test = written.manifest, written.manifest["selftest"]
        ids = made.ids(test["texts"])
        pixels = torch.cat([network_input(data, told["input"]) for data in written.pictures])
        with torch.inference_mode():
            expected = made.model(**ids, pixel_values=pixels)
            tower = torch.jit.load(io.BytesIO(written.extra[told["text"]["network"]])).eval()
            self.assert_close(tower(ids["input_ids"]), expected.text_embeds, 1e-5)
            short = made.tokens(test["texts"][0])["input_ids"]
            self.assert_close(tower(torch.tensor([short])), expected.text_embeds[:1], 1e-5)  # without what is padded
        self.assert_close(written.embeddings, expected.image_embeds, 1e-5)
        self.assert_close(written.rows("text_embeddings", len(test["texts"])), expected.text_embeds, 1e-5)
        logits = told["text"]["logit_scale"] * written.rows("scores") + told["text"].get("logit_bias", 0)
        self.assert_close(logits, expected.logits_per_image, 1e-3)  # 100 times 1e-5
        self.assertGreater(written.rows("scores").std().item(), 0.01)  # or the comparison would prove little

    def test_clip(self):
        made = self.made("clip")
        written = Written(self.export("clip", "--path", self.model_folder))
        self.assert_towers(made, written)
        told = written.manifest
        self.assertEqual((told["family"], told["format"], told["output"]["classes"]), ("clip", 2, 0))
        self.assertEqual(told["text"] | {"logit_scale": 0}, {
            "tokenizer": "clip", "network": "text/network.pt", "vocabulary": "text/vocabulary.json", "merges": "text/merges.txt", "length": 77, "logit_scale": 0,
            "start": 1198, "end": 1199, "pad": 1199, "added_tokens": [1198, 1199], "normalised_tokens": []})
        self.assertEqual(told["input"]["crop_rounding"], "floor")

    def test_clips_first_checkpoints(self):
        """Whose text tower takes the largest id for the end, and of whose added tokens one is looked for in the written text."""
        made = self.made("clip")
        made.model.config.text_config.eos_token_id = 2
        made.model.text_model.eos_token_id = 2
        made.save(self.model_folder)
        named = {"content": "<|startoftext|>", "normalized": True, "single_word": False, "lstrip": False, "rstrip": False, "__type": "AddedToken"}
        ending = named | {"content": "<|endoftext|>"}
        config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": named, "eos_token": ending, "unk_token": ending}
        (self.model_folder / "tokenizer_config.json").write_text(json.dumps(config))
        written = Written(self.export("clip", "--path", self.model_folder))
        made.tokens = AutoTokenizer.from_pretrained(self.model_folder)
        self.assert_towers(made, written)
        self.assertEqual((written.manifest["text"]["added_tokens"], written.manifest["text"]["normalised_tokens"]), ([1199], [1198]))

    def test_siglip(self):
        made = self.made("siglip")
        written = Written(self.export("clip", "--path", self.model_folder))
        self.assert_towers(made, written)
        told = written.manifest
        self.assertEqual((told["family"], told["input"]["resize"]), ("siglip", {"rule": "exact", "width": 64, "height": 64}))
        self.assertEqual(told["output"]["activation"], "sigmoid")
        text = told["text"]
        self.assertEqual((text["tokenizer"], text["lowercase"], text["activation"], text["length"], text["end"], text["pad"]), ("gemma", True, "sigmoid", 64, 1, 0))
        self.assertAlmostEqual(text["logit_bias"], -3.0)
        self.assertNotIn("start", text)

    def test_half(self):
        made = self.made("siglip")
        written = Written(self.export("clip", "--path", self.model_folder, "--half"))
        tower = torch.jit.load(io.BytesIO(written.extra["text/network.pt"]))
        self.assertEqual({p.dtype for p in [*tower.parameters(), *written.module.parameters()]}, {torch.float16})
        with torch.inference_mode():
            ids = made.ids(written.manifest["selftest"]["texts"])["input_ids"]
            self.assert_close(tower.float()(ids), written.rows("text_embeddings", len(ids)), 1e-5)

    def test_mistakes_are_one_sentence(self):
        base = ["clip", "--path", self.model_folder]
        self.assert_refused(*base, says=["has no config.json"])
        made = self.made("clip")
        made.model.config.text_config.eos_token_id = 7
        made.save(self.model_folder)
        self.assert_refused(*base, says=["looks for the id 7 at the end of a text"])
        (self.model_folder / "config.json").write_text(json.dumps({"model_type": "siglip2"}))
        self.assert_refused(*base, says=["siglip2", "NaFlex is not known here"])
        (self.model_folder / "config.json").write_text(json.dumps({"model_type": "vit"}))
        self.assert_refused(*base, says=["type vit", "CLIPModel and SiglipModel"])

    def test_other_tokenizers_are_refused_by_name(self):
        clip_tokens.train("gemma", self.folder / "tokenizer", 1200, TEXTS)
        tokenizer = AutoTokenizer.from_pretrained(self.folder / "tokenizer")
        self.assertEqual(tokens.of(tokenizer).fields()["tokenizer"], "gemma")
        tokenizer.padding_side = "left"
        with self.assertRaisesRegex(ExportError, "Siglip2Tokenizer pads or cuts texts on the left"):
            tokens.of(tokenizer)
        tokenizer.padding_side = "right"
        tokenizer.backend_tokenizer.normalizer = tokens.CLIP_WRITER
        with self.assertRaisesRegex(ExportError, "Siglip2Tokenizer is not known here"):
            tokens.of(tokenizer)
        with self.assertRaisesRegex(ExportError, "SentencePiece"):
            tokens.of(object())


if __name__ == "__main__":
    unittest.main()
