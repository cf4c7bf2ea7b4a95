"""Holds the model files that Java makes of downloaded folders against Python's own export of the same weights: see models/README.md.

    mvn -q test-compile && python models/skeletons_proof.py --out models/skeletons/proof.tsv
    python models/skeletons_proof.py resnet18 vit-base-patch16-224

Each network gets random weights, and a folder as the hubs have it: config.json, preprocessor_config.json, weights.
"""
import argparse
import datetime
import io
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import skeleton
import skeletons
from differential import weights
from exporters import archive, constants, features, lean, text_tower, tracing

import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLASSES = 37
TOWERS = {f"{name}, both towers": name for name in skeletons.CLIP}
"""What is made of the same folders without labels."""
ROUNDED = 1e-3
"""Of logits up to 100: embeddings of texts that another library of matrices added up in another order."""
HEADER = ("network", "verdict", "parameters", "records", "largest difference", "Java's own answers differ by", "remarks")


def write(name, folder, pickled):
    """A folder as a hub would have it, and Python's export of the same weights beside it."""
    torch.set_num_threads(2)
    torch.manual_seed(1)
    skeleton.CLASSES = CLASSES
    if name in skeletons.CLIP or name in TOWERS:
        return write_clip(name, folder)
    about, module, side, names = skeletons.network(name)
    spec = {"width": side, "height": side}
    skeleton.fill(module)
    weights.randomise(module, tracing.noise(2, spec, seed=5), seed=3)
    calm(module)
    names = names or {own: [own] for own in module.state_dict()}
    state = {names[own][0]: tensor.contiguous() for own, tensor in module.state_dict().items()}
    if pickled:
        torch.save({"state_dict": state, "epoch": 3}, folder / "pytorch_model.bin")
    else:
        from safetensors.torch import save_file
        save_file({name: tensor.clone() for name, tensor in state.items()}, folder / "model.safetensors")
    configure(about, module, side, folder)
    export(module, spec, folder / "python.pt")
    return sum(tensor.numel() for tensor in module.parameters())


def export(module, spec, out):
    """As models/export.py does it with --embedding."""
    constants.fix(module, spec["width"], spec["height"])
    module.eval()
    whole, _ = features.beside_logits(module, spec)
    columns = CLASSES + whole.length
    with lean.forwards(whole, spec, columns):
        archive.write(tracing.trace(whole, tracing.pixels(spec), columns), {}, out)


@torch.no_grad()
def calm(module):
    """Else a hundred layers with loud branches make of 1e-6 in the input a tenth of the logits, and sums in another order show as faults."""
    for name, parameter in module.named_parameters():
        if name.endswith("bn3.weight"):
            parameter.mul_(0.3)


def write_clip(name, folder):
    """The same of Chinese-CLIP, whose last layer is made of labels."""
    from exporters import chinese_clip
    config = chinese_clip.ChineseCLIPConfig(text_config={"vocab_size": chinese_clip.WORDS}, vision_config=chinese_clip.ofa_checkpoint.VARIANTS[skeletons.CLIP[TOWERS.get(name, name)]])
    config.projection_dim = config.vision_config.projection_dim
    model = chinese_clip.ChineseCLIPModel(config).eval()
    skeleton.fill(model)
    model.logit_scale.data.fill_(4.6)
    model.text_model.embeddings.word_embeddings.weight.data[0] = 0  # [PAD]'s row, which transformers clears
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    config.to_json_file(folder / "config.json", use_diff=False)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"一张的图片类别0123456789", *(f"##{digit}" for digit in range(10))]
    words += [f"word{i}" for i in range(config.text_config.vocab_size - len(words))]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    side = config.vision_config.image_size
    spec = {"width": side, "height": side}
    if name in TOWERS:
        return export_towers(chinese_clip, folder, spec, config.projection_dim)
    module = chinese_clip.classifier(folder, [f"类别{i}" for i in range(CLASSES)], ["一张{}的图片"])
    export(module, spec, folder / "python.pt")
    return sum(tensor.numel() for tensor in module.parameters())


def export_towers(chinese_clip, folder, spec, columns):
    """As models/export.py chinese-clip does it without --labels."""
    model = chinese_clip.load(folder)
    image, text, _ = chinese_clip.towers(model, chinese_clip.tokenizer(folder, model.config.text_config.vocab_size))
    constants.fix(image, spec["width"], spec["height"])
    image.eval()
    nested = {text_tower.NETWORK: archive.nested(tracing.trace(text.module, text.ids, columns, prove=False))}
    with lean.forwards(image, spec, columns):
        archive.write(tracing.trace(image, tracing.pixels(spec), columns, prove=False), nested, folder / "python.pt")
    return sum(tensor.numel() for module in (image, text.module) for tensor in module.parameters())


def configure(about, module, side, folder):
    if about["family"] == "timm":
        config = {"architecture": about["architecture"], "num_classes": CLASSES, "model_args": about["arguments"],
                  "pretrained_cfg": {"input_size": [3, side, side], "interpolation": "bicubic", "crop_pct": 0.9, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}
    else:
        config = module.model.config.to_dict()
        kind = {"convnext": "ConvNextImageProcessor", "dinov2": "BitImageProcessor", "beit": "BeitImageProcessor"}.get(about["model_type"], "ViTImageProcessor")
        size = {"shortest_edge": side} if kind in ("ConvNextImageProcessor", "BitImageProcessor") else {"height": side, "width": side}
        processor = {"image_processor_type": kind, "size": size, "crop_size": {"height": side, "width": side}}
        (folder / "preprocessor_config.json").write_text(json.dumps(processor), "utf-8")
    (folder / "config.json").write_text(json.dumps(config), "utf-8")


def _make(name, folder, pickled, answer):
    try:
        answer.put(write(name, folder, pickled))
    except BaseException as error:
        answer.put(f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:200]}")


def entries(file):
    """What a file holds of its network: equal entries are equal networks."""
    with zipfile.ZipFile(file) as source:
        names = [name for name in source.namelist() if not name.startswith("model/extra/") and not name.endswith("serialization_id")]
        held = {name: source.read(name) for name in names}
        for name in source.namelist():
            if name.endswith(text_tower.NETWORK):
                held |= {f"{name}/{inner}": data for inner, data in entries(io.BytesIO(source.read(name))).items()}
        return held


@torch.inference_mode()
def compare(folder, out):
    """Verdict, records, and how far logits are apart: of the two files in Python, and of what Java found from Java's file in Python."""
    mine, theirs = entries(folder / "python.pt"), entries(out)
    wrong = [name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)]
    inputs = torch.cat([tracing.noise(1, manifest(out)["input"], seed=40 + i) for i in range(3)])
    python, java = (torch.jit.load(str(file)).eval() for file in (folder / "python.pt", out))
    difference = max((python(inputs) - java(inputs)).abs().max().item(), _of_texts(folder / "python.pt", out))
    return wrong, len(mine), difference, _self_test(java, out)


def _of_texts(*files):
    """How far the embeddings of texts are apart, where the files have a text tower."""
    nested = [archive.read_extra(file).get(text_tower.NETWORK) for file in files]
    if nested[0] is None:
        return 0.0
    ids = torch.randint(1, 1000, (3, 52), generator=torch.Generator().manual_seed(7))
    ids[1:, 20:] = 0
    python, java = (torch.jit.load(io.BytesIO(data)).eval()(ids) for data in nested)
    return (python - java).abs().max().item()


def _self_test(module, out):
    from exporters import reference
    extra = archive.read_extra(out)
    told = json.loads(extra["wwts.json"])
    classes, names = told["output"]["classes"], told["selftest"]["pictures"]
    given = torch.cat([module(reference.network_input(extra[name], told["input"])) for name in names])
    mine = [torch.nn.functional.normalize(given[:, classes:], dim=1), *([given[:, :classes]] if classes else [])]
    stored = [told["selftest"][name] for name in ("embeddings", "logits")]
    return max(((rows - torch.frombuffer(bytearray(extra[name]), dtype=torch.float32).view_as(rows)).abs().max() / rows.abs().max()).item()
               for rows, name in zip(mine, stored))


def manifest(out):
    return json.loads(archive.read_extra(out)["wwts.json"])


class Java:
    def __init__(self):
        target = pathlib.Path(os.environ.get("WWTS_TARGET", ROOT / "target"))
        classpath = f"{target}/test-classes:{target}/classes:{(target / 'classpath.txt').read_text().strip()}"
        self.process = subprocess.Popen(
            ["java", "--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-cp", classpath, "dev.wwts.convert.ConvertFolders"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, text=True, bufsize=1)

    def convert(self, folder, out, classes):
        self.process.stdin.write(f"{folder}\t{out}\t{classes}\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                return line[len("RESULT "):].strip()
        return f"the JVM ended with {self.process.wait()}"

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def prove(name, java, pickled):
    """A line of the table."""
    with tempfile.TemporaryDirectory(prefix="wwts-skeleton-") as made:
        folder, out = pathlib.Path(made), pathlib.Path(made, "java.pt")
        context = multiprocessing.get_context("fork")
        answer = context.SimpleQueue()
        process = context.Process(target=_make, args=(name, folder, pickled, answer))
        process.start()
        count = answer.get()
        process.join()
        said = java.convert(folder, out, 0 if name in TOWERS else CLASSES) if isinstance(count, int) else count
        if said != "ok":
            return (name, "failed", "", "", "", "", said)
        wrong, records, difference, own = compare(folder, out)
        verdict = "equal" if not wrong and difference == 0 else "other"
        if name in skeletons.CLIP and len(wrong) == 1 and difference < ROUNDED:
            verdict, wrong = "equal but for rounding in the labels' rows", []
        if name in TOWERS and difference == 0 and all("/code/" in entry or entry.endswith("data.pkl") for entry in wrong):
            verdict, wrong = "equal but for the names of classes", []  # which torch numbers through the life of a process, here of two traces
        return (name, verdict, str(count), str(records), f"{difference:g}", f"{own:.1e}", "; ".join(sorted(wrong)[:3]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of networks; default: all")
    parser.add_argument("--out", type=pathlib.Path, help="a file for the table; an existing one keeps the lines of what is not run")
    args = parser.parse_args()
    torch.set_num_threads(1)  # forking after LibTorch's loops have begun would hang
    java, known = Java(), [*(name for name in skeletons.KNOWN if name not in skeletons.TOWERS), *TOWERS]
    lines = {}
    if args.out and args.out.exists():
        lines = {line.split("\t")[0]: line for line in args.out.read_text("utf-8").splitlines()[2:]}
    wrong = 0
    for at, name in enumerate(args.names or known):
        row = prove(name, java, pickled=at % 2 == 1)
        wrong += not row[1].startswith("equal")
        print("\t".join(row), flush=True)
        lines[name] = "\t".join(row)
        if args.out:
            head = f"# torch {torch.__version__}, timm and transformers as in models/requirements.txt, {datetime.date.today()}"
            args.out.write_text("\n".join([head, "\t".join(HEADER), *(lines[n] for n in known if n in lines)]) + "\n", "utf-8")
    java.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
