"""Command-line options that several families share, and what they do to a manifest."""
import argparse
import os
import re

import bundle

from . import ExportError, compiled, constants, features, labels as label_files, manifest as rules, pictures


def add_output(parser, *, default_license=None, default_activation="softmax"):
    """Options of every family: where the file goes, what it says of itself, and how confidences are made."""
    group = parser.add_argument_group("the model file")
    group.add_argument("--out", required=True, metavar="M.pt", help="the model file to write")
    group.add_argument("--name", help="name shown to people (default: the architecture's or the folder's)")
    group.add_argument("--size", choices=("small", "base", "large"), help="default: small below 50 million parameters, large from 250 million")
    group.add_argument("--model-version", metavar="TEXT", dest="version", help="version of the model, free text")
    group.add_argument("--source", help="where the weights come from, free text")
    group.add_argument("--license", default=default_license, help="licence of the weights" + (f" (default: {default_license})" if default_license else ""))
    group.add_argument("--attribution", help="whom to name, free text")
    group.add_argument("--half", action="store_true", help="store the weights as float16: half the file, for GPUs")
    group.add_argument("--activation", choices=("softmax", "sigmoid", "none"), default=default_activation,
                       help="how logits become confidences (default: %(default)s)")
    group.add_argument("--threshold", type=_fraction, default=0.0, metavar="0..1", help="a best confidence below it counts as not recognised (default: 0)")
    group.add_argument("--thresholds", metavar="F", help="a text file, line i what the confidence of class i must reach; with --activation sigmoid, what "
                                                         "does is a tag of the picture")
    group.add_argument("--roots", metavar="F", help="a text file, line i the category that class i belongs to, empty lines for none")
    group.add_argument("--embedding", action="store_true", help="also give what the last layer reads, for embed() and galleries: a few KB more")
    group.add_argument("--alpha", choices=("drop", "white"), default="drop",
                       help="transparent pictures: keep the colours under the transparency, or lay them on white (default: %(default)s)")
    group.add_argument("--orientation", choices=("exif", "ignore"), default="exif", help="whether an EXIF orientation is applied (default: %(default)s)")
    group.add_argument("--picture", action="append", default=[], metavar="F", help="a self-test picture, may be repeated (default: four drawn ones)")


    _add_compiling(parser)


def _add_compiling(parser):
    group = parser.add_argument_group("machine code", "A .pt2 for one kind of processor or card, instead of TorchScript; needs a C++ compiler.")
    group.add_argument("--aoti", action="store_true", help="compile the network with AOTInductor: --out M.pt2")
    group.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="what it is to run on; cuda: cards of this one's compute capability (default: cpu)")
    group.add_argument("--cpu", choices=tuple(compiled.ISAS), dest="isa", help="the instructions that it may use (default: the best of this processor)")
    group.add_argument("--batch", type=_batch, metavar="N|any", default=1,
                       help="compile for batches of N, others run in parts of it; any: for all sizes (default: %(default)s)")


def add_preprocessing(parser, default):
    """Options for the way from a picture to the network's input; None where not given."""
    group = parser.add_argument_group("preprocessing", f"Each defaults to {default}.")
    group.add_argument("--resize", type=_sides, metavar="N|WxH", help="N: the shorter side becomes N; WxH: exactly that, whatever the aspect ratio")
    group.add_argument("--crop", type=_sides, metavar="N|WxH", help="the middle N x N (or W x H) pixels, which the network sees")
    group.add_argument("--interpolation", choices=rules.INTERPOLATIONS, help="Pillow's filter for resizing, antialiased")
    group.add_argument("--mean", type=float, nargs=3, metavar=("R", "G", "B"), help="subtracted from pixel / 255")
    group.add_argument("--std", type=float, nargs=3, metavar=("R", "G", "B"), help="then divided by")


def write(args, module, labels, *, family, name, trained, preprocessing, text=None, embedding=None, tags=False):
    """Saves `module` as `args` ask for and says what was written. `preprocessing` are keyword arguments of `bundle.manifest`.

    With a text tower `text` the module gives an embedding of its own, which `embedding` describes.
    `tags` says that classes don't exclude each other: each has a threshold, the given one or 0.5.
    """
    thresholds, roots = None, None
    if args.thresholds and args.threshold:
        raise ExportError("--threshold and --thresholds: give one for all classes or one for each")
    if args.thresholds:
        thresholds = label_files.read_thresholds(args.thresholds, len(labels))
    elif tags:
        thresholds, args.threshold = [args.threshold or 0.5] * len(labels), 0.0
    if args.roots:
        roots = label_files.read_roots(args.roots, len(labels))
    texts = {key: getattr(args, key) for key in ("version", "source", "license", "attribution")}
    manifest = bundle.manifest(
        name=args.name or name, family=family, size=args.size or size_of(module), trained=trained, alpha=args.alpha, orientation=args.orientation,
        activation=args.activation, threshold=args.threshold, **texts, **preprocessing)
    count = parameters(module) + (parameters(text.module) if text else 0)
    target = compiled.Target(args.device, args.isa, args.batch) if args.aoti else None
    if target:
        target.prepare()
    constants.fix(module, manifest["input"]["width"], manifest["input"]["height"])
    if embedding is None and args.embedding:
        module, embedding = features.beside_logits(module, manifest["input"])
    if embedding:
        rules.add_embedding(manifest, embedding)
    manifest = bundle.save(module, manifest, labels, pictures.load(args.picture) or None, args.out, half=args.half, target=target, text=text,
                           thresholds=thresholds, roots=roots)
    shape = manifest["input"]
    embedding = f"embeddings of {embedding['length']}{' of pictures and texts' if text else ''}, " if embedding else ""
    print(f"{args.out}: {manifest['name']}, {manifest['size']}, {count / 1e6:.1f} million parameters, {f'{len(labels)} classes, ' if labels else ''}{embedding}"
          f"{shape['width']} x {shape['height']}, {manifest['dtype']}, {os.path.getsize(args.out) / 1e6:.1f} MB" + ("" if trained else ", random weights"))


def size_of(module):
    """The size class of a model by its number of parameters."""
    count = parameters(module)
    return "small" if count < 50e6 else "base" if count < 250e6 else "large"


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def _sides(text):
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if not match or int(match[1]) < 1 or match[2] == "0":
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of pixels nor WIDTHxHEIGHT")
    return (int(match[1]),) if match[2] is None else (int(match[1]), int(match[2]))


def _batch(text):
    if text != "any" and not (text.isascii() and text.isdigit() and 1 <= int(text) <= compiled.MOST_PICTURES):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1 to {compiled.MOST_PICTURES} nor any")
    return None if text == "any" else int(text)


def _fraction(text):
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value
