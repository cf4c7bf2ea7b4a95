"""Makes the self-tests of the models that `wwts pull` fetches: what the files of catalogue.json answer to pictures of ours.

    python models/catalogue.py --sources DIR

DIR holds the files that the catalogue names. Needs what the exporters need. Pictures and logits go to models/catalogue,
what computed them into catalogue.json.
"""
import argparse
import hashlib
import json
import pathlib

import PIL
import torch
from exporters import pictures, reference
from tflite_reference import Network

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
        network, spec = Network(path), manifest_input(entry)
        network.drop_first = network(torch.zeros(1, 3, SIDE, SIDE)).shape[1] == entry["shows"]["classes"] + 1
        logits = reference.logits(network, drawn, spec)
        test = entry["selftest"]
        (HERE / test["logits"]).write_bytes(logits.numpy().astype("<f4").tobytes())
        test["pictures"] = names
        test["reference"] = f"torch {torch.__version__.split('+')[0]}, Pillow {PIL.__version__}, models/tflite_reference.py"
        best = logits.softmax(1).max(1)
        print(entry["name"], tuple(logits.shape), "input", network.input_quantisation(), "tolerance", reference.tolerance(network, drawn, spec, logits), "top-1", best.indices.tolist(), best.values.tolist())
    (HERE / "catalogue.json").write_text(json.dumps(catalogue, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
