"""Makes the benchmark models: networks whose weights are left out, as speed and memory do not depend on them.

    python benchmarks/models/make.py            (needs models/requirements.txt, onnx and onnxscript)

small.slim.pt, base.slim.pt, large.slim.pt: the exporters' model files, whose large weights are zeros, which deflate to nothing; the suite
fills them with seeded random values. *.onnx: the same networks as timm writes them for ONNX Runtime; *.onnx.tsv lists where each weight
belongs in the file of weights that the suite writes from the filled model. models.json: the networks' operations (two a multiply-add) and
bytes of weights, also as timm writes them.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parents[1] / "models"
sys.path.insert(0, str(MODELS))
from exporters import general_recognition, import_torchvision, timm_family, tracing  # noqa: E402

import_torchvision()
import onnx  # noqa: E402
import torch  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

LARGE = 64 << 10
SIZES = {
    "small": ("MobileNetV2", ["timm", "--arch", "mobilenetv2_100", "--random"]),
    "base": ("ViT-B/16", ["timm", "--arch", "vit_base_patch16_224", "--random"]),
    "large": ("ResNeSt-101, 54,092 classes", ["general-recognition", "--random"]),
}
ARCHITECTURES = {"small": ("mobilenetv2_100", 1000), "base": ("vit_base_patch16_224", 1000), "large": ("resnest101e", general_recognition.CLASSES)}
"""timm's names, and classes."""


def main():
    facts = {}
    for size, (network, arguments) in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            whole = pathlib.Path(folder) / "whole.pt"
            subprocess.run([sys.executable, "-W", "ignore", str(MODELS / "export.py"), *arguments, "--out", str(whole), "--name", f"benchmark-{size}"], check=True)
            slim(whole, HERE / f"{size}.slim.pt")
            architecture, classes = ARCHITECTURES[size]
            module = tracing.trace(timm_family.create(architecture, classes), {"width": 224, "height": 224}, classes)
            facts[size] = {"network": network, "architecture": architecture, **cost(module)}
            export_onnx(module, size, folder)
    (HERE / "models.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def slim(whole, out):
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for entry in source.infolist():
            data = source.read(entry)
            name = entry.filename
            if "/extra/selftest/" in name or name.endswith(".debug_pkl"):
                continue
            if name.endswith("/extra/wwts.json"):
                manifest = json.loads(data)
                manifest.pop("selftest", None)
                data = json.dumps(manifest, ensure_ascii=False).encode()
            if "/data/" in name and len(data) >= LARGE:
                data = bytes(len(data))
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)


def cost(module):
    counter = FlopCounterMode(display=False)
    # the counter does not know the CPU's fused attention, whose products it would leave out; MATH is plain products
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), counter:
        module(torch.zeros(1, 3, 224, 224))
    return {"operations": counter.get_total_flops(), "bytes": sum(p.numel() * p.element_size() for p in module.parameters())}


def export_onnx(module, size, folder):
    path = pathlib.Path(folder) / "whole.onnx"
    torch.onnx.export(module, (torch.zeros(1, 3, 224, 224),), str(path), dynamo=False, opset_version=17, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, input_names=["input"], output_names=["logits"])
    graph = onnx.load(str(path))
    known = {name: value for name, value in module.state_dict().items()}
    offset, rows = 0, []
    for tensor in graph.graph.initializer:
        if tensor.name not in known:
            print(f"{size}: {tensor.name} {list(tensor.dims)} stays in the graph", file=sys.stderr)
            continue
        length = known[tensor.name].numel() * known[tensor.name].element_size()
        rows.append(f"{tensor.name}\t{offset}\t{length}")
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", f"{size}.weights"), ("offset", offset), ("length", length)):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        offset = (offset + length + 4095) // 4096 * 4096
    for node in graph.graph.node:
        node.doc_string = ""
    (HERE / f"{size}.onnx").write_bytes(graph.SerializeToString())
    (HERE / f"{size}.onnx.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
