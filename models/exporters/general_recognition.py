"""ModelScope's cv_resnest101_general_recognition (万物识别): ResNeSt-101 over 54,092 Chinese classes.

Network, checkpoint layout and preprocessing are those of ModelScope's pipeline: timm's resnest101e has the same keys, shapes and outputs;
Resize(256) of the shorter side, bilinear with antialias, centre crop 224, mean and std of ImageNet.
"""
import pathlib

from . import ExportError, checkpoint, labels as label_files, manifest as rules, options, timm_family

CLASSES = 54_092
CHECKPOINT, LABELS = "pytorch_model.pt", "meta_info.txt"
PREPROCESSING = {"width": 224, "resize": rules.shorter_side(256), "interpolation": "bilinear", "mean": rules.IMAGENET_MEAN, "std": rules.IMAGENET_STD}


def add_arguments(parser):
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--checkpoint", metavar="DIR", help=f"ModelScope's folder of the model, with {CHECKPOINT} and {LABELS}")
    weights.add_argument("--random", action="store_true", help="the same shape with random weights and placeholder labels, for benchmarks; the file says so")
    options.add_output(parser, default_license="Apache-2.0")
    parser.epilog = ("ModelScope's own pipeline shows the raw logit of the best class as its score: --activation none gives that number, "
                     "the default softmax gives a confidence from 0 to 1 over all classes.")


def run(args):
    if args.random:
        labels, module = label_files.placeholders(CLASSES), create(CLASSES)
    else:
        labels, module = load(pathlib.Path(args.checkpoint), CLASSES)
        args.source = args.source or "ModelScope iic/cv_resnest101_general_recognition"
    options.write(args, module, labels, family="general-recognition", name="general-recognition" + ("-random" if args.random else ""),
                  trained=not args.random, preprocessing=PREPROCESSING)


def create(classes):
    return timm_family.create("resnest101e", classes)


def load(folder, classes):
    """Labels and module from ModelScope's folder; anything missing or different is an ExportError."""
    if not folder.is_dir():
        raise ExportError(f"no such folder: {folder}")
    for name in (CHECKPOINT, LABELS):
        if not (folder / name).is_file():
            raise ExportError(f"{folder} has no {name}; the folder needs {CHECKPOINT} and {LABELS}")
    labels = read_labels(folder / LABELS)
    if len(labels) != classes:
        raise ExportError(f"{folder / LABELS} has {len(labels)} classes instead of {classes}")
    module = create(classes)
    checkpoint.load_strict(module, checkpoint.read(folder / CHECKPOINT), str(folder / CHECKPOINT))
    return labels, module


def read_labels(path):
    """The second tab-separated field of every line."""
    labels = []
    for i, line in enumerate(label_files.read_lines(path)):
        fields = line.split("\t")
        if len(fields) < 2 or not fields[1].strip():
            raise ExportError(f"{path}, line {i + 1}: no label in the second tab-separated field")
        labels.append(fields[1].strip())
    return labels
