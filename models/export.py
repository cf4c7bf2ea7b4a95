"""Writes wwts model files: one command a model family, one self-contained .pt or .pt2 each (models/FORMAT.md).

    python models/export.py FAMILY --help
"""
import argparse
import importlib
import sys

from exporters import ExportError

FAMILIES = {
    "general-recognition": ("general_recognition", "万物识别, general recognition: ResNeSt-101 with 54,092 Chinese classes, from ModelScope's checkpoint"),
    "timm": ("timm_family", "an image classifier of the timm library (MobileNetV2, NextViT, ViT, ResNet, …)"),
    "hf": ("hf_family", "an image classifier in a folder of the transformers library (ViT, Swin, ConvNeXt, BEiT, DINOv2, …)"),
    "clip": ("clip", "CLIP or SigLIP 2 in a folder of the transformers library: both towers, for texts and labels that are given later"),
    "chinese-clip": ("chinese_clip", "Chinese-CLIP: both towers, for texts and labels that are given later; or zero-shot over fixed labels, whose text embeddings become the last layer"),
}


def main(arguments=None):
    """Runs one export; returns the exit status: 0, or 2 after one sentence on stderr about what the user can put right."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        args = _parser(arguments).parse_args(arguments)
        args.run(args)
        return 0
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser(arguments):
    parser = argparse.ArgumentParser(prog="export.py", description=__doc__.splitlines()[0])
    families = parser.add_subparsers(dest="family", required=True, metavar="FAMILY")
    for family, (module, summary) in FAMILIES.items():
        subparser = families.add_parser(family, help=summary, description=f"Exports {summary}.")
        if family in arguments[:1]:  # only the chosen family's libraries are imported, which takes seconds
            exporter = importlib.import_module(f"exporters.{module}")
            exporter.add_arguments(subparser)
            subparser.set_defaults(run=exporter.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
