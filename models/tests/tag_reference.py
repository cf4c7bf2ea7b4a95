"""A folder of a transformers' model whose classes don't exclude each other, with random weights, and what it answers to some pictures.

    python models/tests/tag_reference.py FOLDER

Writes FOLDER/model as a hub has it, FOLDER/0.png and so on, and FOLDER/confidences.json: for each picture the sigmoid of each class.
"""
import io
import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from exporters import hf_family, pictures  # noqa: E402 (after the path above)

from PIL import Image  # noqa: E402
from transformers import AutoImageProcessor, ViTConfig, ViTForImageClassification, ViTImageProcessor  # noqa: E402 (after hf_family, which makes it possible)

CLASSES = 6


def main(folder):
    folder = pathlib.Path(folder)
    torch.manual_seed(3)
    model = ViTForImageClassification(ViTConfig(
        hidden_size=192, num_attention_heads=3, intermediate_size=768, problem_type="multi_label_classification",
        id2label={i: f"标签{i}" for i in range(CLASSES)}, label2id={f"标签{i}": i for i in range(CLASSES)})).eval()
    torch.nn.init.normal_(model.classifier.weight, std=0.1)  # or all confidences would be a half
    model.save_pretrained(folder / "model")
    ViTImageProcessor().save_pretrained(folder / "model")
    processor = hf_family.load_pretrained(AutoImageProcessor, folder / "model", "the image processor", backend="pil")
    confidences = []
    with torch.inference_mode():
        for i, data in enumerate(pictures.default()):
            (folder / f"{i}.png").write_bytes(data)
            pixels = processor(images=Image.open(io.BytesIO(data)).convert("RGB"), return_tensors="pt")["pixel_values"]
            confidences.append(model(pixel_values=pixels).logits.sigmoid()[0].tolist())
    (folder / "confidences.json").write_text(json.dumps(confidences))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
