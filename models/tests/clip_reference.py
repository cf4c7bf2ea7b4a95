"""A Chinese-CLIP of random weights, exported with both towers, and what transformers answers to many texts and some pictures.

    python models/tests/clip_reference.py VOCABULARY FOLDER COUNT [VARIANT]

Writes FOLDER/clip.pt, FOLDER/texts.jsonl ({"text", "embedding", "scores": with each picture}) and FOLDER/0.png and so on. Without VARIANT (ViT-B-16, …)
the towers are small.
"""
import json
import pathlib
import random
import shutil
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import bert_tokens  # noqa: E402 (after the path above)
import export  # noqa: E402
from exporters import chinese_clip, pictures, reference  # noqa: E402

from transformers import ChineseCLIPConfig, ChineseCLIPModel  # noqa: E402 (after chinese_clip, which makes it possible)

SMALL = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 128}
SEED = 17


def model(variant):
    """One whose embeddings differ from text to text and picture to picture, as random weights' hardly do."""
    if variant:
        made = chinese_clip.random_model(variant)
    else:
        torch.manual_seed(SEED)
        made = ChineseCLIPModel(ChineseCLIPConfig(text_config={"vocab_size": chinese_clip.WORDS, **SMALL}, projection_dim=32,
                                                  vision_config={**SMALL, "image_size": 64, "patch_size": 16, "projection_dim": 32}))
    torch.manual_seed(SEED)
    for name, parameter in made.named_parameters():
        if "embedding" in name or "projection" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    return made.eval()


def main(vocabulary, folder, count, variant=None):
    folder = pathlib.Path(folder)
    made = model(variant)
    made.save_pretrained(folder / "model")
    shutil.copy(vocabulary, folder / "model" / "vocab.txt")
    status = export.main(["chinese-clip", "--path", str(folder / "model"), "--out", str(folder / "clip.pt"), "--name", "clip"])
    if status:
        raise SystemExit(status)
    side = made.config.vision_config.image_size
    spec = {"width": side, "height": side, "resize": {"rule": "exact", "width": side, "height": side}, "interpolation": "bicubic", "crop_rounding": "half-even",
            "color": "RGB", "alpha": "drop", "orientation": "exif", "mean": chinese_clip.MEAN, "std": chinese_clip.STD}
    shown = [pictures.encode(reference.resize_and_crop(reference.decode(data, spec), spec)) for data in pictures.default()]
    for i, data in enumerate(shown):
        (folder / f"{i}.png").write_bytes(data)
    tokens = chinese_clip.tokenizer(folder / "model", chinese_clip.WORDS)
    pieces = vocabulary_of(vocabulary)
    source = random.Random(SEED)
    with torch.inference_mode(), open(folder / "texts.jsonl", "w", encoding="utf-8") as out:
        images = torch.cat([made.get_image_features(pixel_values=reference.network_input(data, spec)).pooler_output for data in shown])
        images = torch.nn.functional.normalize(images, dim=-1)
        for _ in range(int(count)):
            text = bert_tokens.text(source, pieces)
            ids = chinese_clip.tokenise(tokens, [text])
            embedding = torch.nn.functional.normalize(
                made.get_text_features(input_ids=ids, attention_mask=ids.ne(tokens.pad_token_id).long()).pooler_output, dim=-1)
            scores = (images @ embedding.t())[:, 0]
            out.write(json.dumps({"text": text, "embedding": embedding[0].tolist(), "scores": scores.tolist()}) + "\n")


def vocabulary_of(path):
    return [line.rstrip("\n") for line in open(path, encoding="utf-8")]


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
