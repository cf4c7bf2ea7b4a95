"""Any image classifier of the timm library, with its own preprocessing or the one given."""
import argparse
import ast
import math

import torch

from . import ExportError, checkpoint, import_torchvision, labels as label_files, manifest as rules, options

import_torchvision()
import timm  # noqa: E402 (after the import above has made it possible)
from timm.data import resolve_model_data_config  # noqa: E402


def add_arguments(parser):
    parser.add_argument("--arch", required=True, metavar="A", help="timm's name of the architecture, such as mobilenetv2_100 or nextvit_small")
    parser.add_argument("--arg", action="append", default=[], type=_keyword, metavar="KEY=VALUE",
                        help="an argument of timm.create_model, may be repeated: pad_type=same, img_size=384")
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--checkpoint", metavar="F", help=".safetensors, or a torch file of tensors only; must fit the architecture exactly")
    weights.add_argument("--random", action="store_true", help="random weights, for benchmarks; the file says so")
    parser.add_argument("--labels", metavar="L", help="UTF-8, line i is the label of class i, up to a tab (default: ImageNet's 1,000 in Chinese; "
                                                         "with --random 1000 placeholders)")
    options.add_preprocessing(parser, "timm's configuration of the architecture")
    options.add_output(parser)


def run(args):
    if args.labels:
        labels = label_files.read(args.labels)
    else:
        labels = label_files.imagenet() if args.checkpoint else label_files.placeholders(1000)
    module = create(args.arch, len(labels), **dict(args.arg))
    if args.checkpoint:
        state = checkpoint.read(args.checkpoint)
        _check_classes(module, state, args, len(labels))
        checkpoint.load_strict(module, state, args.checkpoint)
    options.write(args, module, labels, family="timm", name=args.arch, trained=not args.random, preprocessing=preprocessing(module, args))


def create(arch, classes, **arguments):
    """The architecture with random weights that are the same on every run."""
    torch.manual_seed(0)
    try:
        return timm.create_model(arch, pretrained=False, num_classes=classes, **arguments).eval()
    except RuntimeError as error:  # what timm raises for a name it does not know
        raise ExportError(f"timm {timm.__version__} cannot create {arch}: {error}") from error
    except (TypeError, ValueError, AssertionError) as error:
        raise ExportError(f"timm cannot create {arch} with {arguments}: {error}") from error


def preprocessing(module, args):
    """Keyword arguments of the manifest: timm's evaluation transform for this model, where `args` say nothing else."""
    config = resolve_model_data_config(module)
    crop = args.crop or (config["input_size"][2], config["input_size"][1])
    width, height = crop * 2 if len(crop) == 1 else crop
    interpolation = args.interpolation or config["interpolation"]
    if interpolation not in rules.INTERPOLATIONS:
        raise ExportError(f"timm resizes for this model with {interpolation}, but a model file has {' or '.join(rules.INTERPOLATIONS)}: choose with --interpolation")
    return {"width": width, "height": height, "resize": _resize(args.resize, width, height, config), "interpolation": interpolation,
            "mean": args.mean or config["mean"], "std": args.std or config["std"]}


def _resize(given, width, height, config):
    """The rule of timm.data.transforms_factory.transforms_imagenet_eval: the crop is `crop_pct` of the resized picture."""
    if given:
        return rules.shorter_side(*given) if len(given) == 1 else rules.exact(*given)
    scaled = [math.floor(side / config["crop_pct"]) for side in (width, height)]
    if config["crop_mode"] == "squash":
        return rules.exact(*scaled)
    if config["crop_mode"] != "center" or width != height:
        raise ExportError(f"timm's crop mode {config['crop_mode']} at {width} x {height} cannot be carried over: choose with --resize and --crop")
    return rules.shorter_side(scaled[0])


def _check_classes(module, state, args, classes):
    """A clearer sentence for the commonest mistakes: labels of another model, or none for a model that is not ImageNet's."""
    classifier = getattr(module, "pretrained_cfg", {}).get("classifier")
    weight = state.get(f"{classifier}.weight") if isinstance(classifier, str) else None
    if weight is not None and weight.shape[0] != classes:
        wrong = f"{args.labels} has {classes} labels" if args.labels else f"--labels is needed, as only ImageNet's {classes} classes are named here"
        raise ExportError(f"{wrong}, but {args.checkpoint} has {weight.shape[0]} classes")


def _keyword(text):
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value
