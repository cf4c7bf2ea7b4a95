"""Makes the self-tests of the models that `wwts pull` fetches: what the files of catalogue.json answer to pictures of ours.

    python models/catalogue.py --sources DIR

DIR holds the files that the catalogue names. Needs what the exporters need. Pictures and logits go to models/catalogue,
what computed them into catalogue.json.
"""
import argparse
import hashlib
import json
import pathlib
import sys

import PIL
import torch
from exporters import pictures, reference

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "tests"))
import tflite_reference  # noqa: E402 (after the path above)

SIDE = 224
"""Of what all its networks see."""
HERE = pathlib.Path(__file__).resolve().parent


def manifest_input(entry):
    """The catalogue's input as a manifest says it."""
    given = entry["input"]
    return given | {
        "color": "RGB", "alpha": "drop", "orientation": "exif", "antialias": True, "interpolation": "bilinear", "width": SIDE, "height": SIDE, "crop": "center", "crop_rounding": "half-even",
        "resize": {"rule": "shorter-side", "size": given["resize"]},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    sources = parser.parse_args().sources
    torch.set_num_threads(1)
    catalogue = json.loads((HERE / "catalogue.json").read_text("utf-8"))
    drawn = pictures.default()
    names = [f"catalogue/{i}.png" for i in range(len(drawn))]
    for name, data in zip(names, drawn):
        (HERE / name).write_bytes(data)
    for entry in catalogue["models"]:
        path = sources / entry["file"]["name"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["file"]["sha256"]:
            raise SystemExit(f"{path} is not the file that the catalogue names")
        network, spec = tflite_reference.Network(path.read_bytes()), manifest_input(entry)
        inputs = torch.cat([reference.network_input(data, spec) for data in drawn])
        logits = network.run(inputs.permute(0, 2, 3, 1).double()).float()
        if logits.shape[1] == entry["shows"]["classes"] + 1:
            logits = logits[:, 1:]  # the background
        test = entry["selftest"]
        (HERE / test["logits"]).write_bytes(logits.numpy().astype("<f4").tobytes())
        test["pictures"] = names
        test["reference"] = f"torch {torch.__version__.split('+')[0]}, Pillow {PIL.__version__}"
        best = logits.softmax(1).max(1)
        print(entry["name"], tuple(logits.shape), logits.argmax(1).tolist())
    (HERE / "catalogue.json").write_text(json.dumps(catalogue, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
