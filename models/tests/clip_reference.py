"""A model of pictures and texts with random weights, exported with both towers, and what transformers answers to many texts and some pictures.

    python models/tests/clip_reference.py chinese-clip VOCABULARY FOLDER COUNT [VARIANT]
    python models/tests/clip_reference.py clip|siglip TOKENIZER FOLDER COUNT [base]

Writes FOLDER/clip.pt, FOLDER/texts.jsonl ({"text", "embedding", "scores": with each picture, "confidences": the same as probabilities}) and FOLDER/0.png
and so on. Without VARIANT (ViT-B-16, …) or base, of the published shape, the towers are small. TOKENIZER is a folder as clip_tokens.py trains one.
"""
import json
import pathlib
import random
import shutil
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import bert_tokens  # noqa: E402 (after the path above)
import clip_tokens  # noqa: E402
import export  # noqa: E402
from exporters import archive, chinese_clip, pictures, reference  # noqa: E402

from transformers import AutoTokenizer, ChineseCLIPConfig, ChineseCLIPModel, CLIPConfig, CLIPImageProcessor, CLIPModel, SiglipConfig, SiglipImageProcessor, \
    SiglipModel  # noqa: E402 (after chinese_clip, which makes it possible)

SMALL = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 128}
SEED = 17
TOGETHER = 32
"""Texts of one forward of the reference."""


class ChineseClip:
    def __init__(self, vocabulary, variant):
        self.vocabulary = vocabulary
        self.pieces = [line.rstrip("\n") for line in open(vocabulary, encoding="utf-8")]
        self.model = chinese_clip.random_model(variant) if variant else ChineseCLIPModel(ChineseCLIPConfig(
            text_config={"vocab_size": chinese_clip.WORDS, **SMALL}, projection_dim=32,
            vision_config={**SMALL, "image_size": 64, "patch_size": 16, "projection_dim": 32}))

    def save(self, folder):
        self.model.save_pretrained(folder)
        shutil.copy(self.vocabulary, folder / "vocab.txt")
        self.tokens = chinese_clip.tokenizer(folder, chinese_clip.WORDS)

    def text(self, source):
        return bert_tokens.text(source, self.pieces)

    def ids(self, texts):
        ids = chinese_clip.tokenise(self.tokens, texts)
        return {"input_ids": ids, "attention_mask": ids.ne(self.tokens.pad_token_id).long()}


class Clip:
    """CLIP, and SigLIP with SigLIP 2's tokenizer."""

    def __init__(self, kind, tokenizer, variant):
        self.tokens, self.folder = AutoTokenizer.from_pretrained(tokenizer), tokenizer
        self.pieces = clip_tokens.shown(self.tokens)
        shape, image = ({}, {}) if variant else (SMALL, {"image_size": 64, "patch_size": 16})
        words = {"vocab_size": len(self.tokens)}
        if kind == "clip":
            ends = {"bos_token_id": self.tokens.bos_token_id, "eos_token_id": self.tokens.eos_token_id}
            self.model = CLIPModel(CLIPConfig(text_config={**words, **ends, **shape}, vision_config={**shape, **image}, projection_dim=512 if variant else 32))
            side = self.model.config.vision_config.image_size
            self.processor = CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
            torch.nn.init.constant_(self.model.logit_scale, 4.6052)
        else:
            self.model = SiglipModel(SiglipConfig(text_config={**words, **shape}, vision_config={**shape, **image}))
            side = self.model.config.vision_config.image_size
            self.processor = SiglipImageProcessor(size={"height": side, "width": side})
            torch.nn.init.constant_(self.model.logit_scale, 2.0)
            torch.nn.init.constant_(self.model.logit_bias, -3.0)

    def save(self, folder):
        self.model.save_pretrained(folder)
        self.processor.save_pretrained(folder)
        for file in pathlib.Path(self.folder).iterdir():
            shutil.copy(file, folder)

    def text(self, source):
        return clip_tokens.text(source, self.pieces)

    def ids(self, texts):
        length = self.model.config.text_config.max_position_embeddings
        told = self.tokens(texts, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
        # SigLIP's processor gives none: its texts are filled up, and what fills them up is seen
        return {"input_ids": told["input_ids"], **({"attention_mask": told["attention_mask"]} if isinstance(self.model, CLIPModel) else {})}


def of(kind, vocabulary, variant=None):
    """One whose embeddings differ from text to text and picture to picture, as random weights' hardly do."""
    torch.manual_seed(SEED)
    made = ChineseClip(vocabulary, variant) if kind == "chinese-clip" else Clip(kind, vocabulary, variant)
    torch.manual_seed(SEED)
    for name, parameter in made.model.named_parameters():
        if "embedding" in name or "projection" in name or "head" in name and parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=0.5)
    made.model.eval()
    return made


def main(kind, vocabulary, folder, count, variant=None):
    folder = pathlib.Path(folder)
    made = of(kind, vocabulary, variant)
    (folder / "model").mkdir(exist_ok=True)
    made.save(folder / "model")
    status = export.main([kind if kind == "chinese-clip" else "clip", "--path", str(folder / "model"), "--out", str(folder / "clip.pt"), "--name", "clip"])
    if status:
        raise SystemExit(status)
    spec = json.loads(archive.read_extra(folder / "clip.pt")["wwts.json"])["input"]
    shown = [pictures.encode(reference.resize_and_crop(reference.decode(data, spec), spec)) for data in pictures.default()]
    for i, data in enumerate(shown):
        (folder / f"{i}.png").write_bytes(data)
    source = random.Random(SEED)
    with torch.inference_mode(), open(folder / "texts.jsonl", "w", encoding="utf-8") as out:
        pixels = torch.cat([reference.network_input(data, spec) for data in shown])
        for start in range(0, int(count), TOGETHER):
            texts = [made.text(source) for _ in range(min(TOGETHER, int(count) - start))]
            answer = made.model(**made.ids(texts), pixel_values=pixels)
            scores = answer.text_embeds @ answer.image_embeds.t()
            confidences = answer.logits_per_text.sigmoid()
            for text, embedding, score, confidence in zip(texts, answer.text_embeds, scores, confidences):
                out.write(json.dumps({"text": text, "embedding": embedding.tolist(), "scores": score.tolist(), "confidences": confidence.tolist()}) + "\n")


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
