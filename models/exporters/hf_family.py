"""Any image classifier that transformers' AutoModelForImageClassification loads, with its processor's preprocessing and its own labels."""
import pathlib
import sys

import torch

import bundle

from . import ExportError, checkpoint, import_torchvision, labels as label_files, options, processor as processors

import_torchvision()
from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageClassification, logging  # noqa: E402 (after the import above)

logging.set_verbosity_error()  # what matters of its warnings is an ExportError here
logging.disable_progress_bar()


def add_arguments(parser):
    parser.add_argument("--path", required=True, metavar="DIR", help="folder with config.json, preprocessor_config.json and the weights")
    parser.add_argument("--labels", metavar="L", help="other labels, such as Chinese ones: UTF-8, line i is the label of class i, up to a tab "
                                                         "(default: id2label of config.json, in Chinese where these are ImageNet's 1,000 classes)")
    options.add_output(parser, default_activation=None)
    parser.epilog = "The preprocessing is the processor's; a setting that a model file cannot carry exactly is an error. --activation defaults to " \
                    "sigmoid for models trained on several labels a picture (problem_type in config.json), whose tags then are what reaches --thresholds, " \
                    "--threshold or 0.5; else softmax."


def run(args):
    folder = pathlib.Path(args.path)
    if not (folder / "config.json").is_file():
        raise ExportError(f"{folder} has no config.json" if folder.is_dir() else f"no such folder: {folder}")
    processor = load_pretrained(AutoImageProcessor, folder, "the image processor", backend="pil")
    preprocessing = processors.preprocessing(processor)
    module = Logits(load(folder))
    config = module.model.config
    labels = label_files.read(args.labels) if args.labels else label_files.in_chinese(labels_of(config))
    if len(labels) != config.num_labels:
        raise ExportError(f"{args.labels} has {len(labels)} labels, but the model in {folder} has {config.num_labels} classes")
    several = config.problem_type == "multi_label_classification"
    args.activation = args.activation or ("sigmoid" if several else "softmax")

    spec = bundle.manifest(name="-", family="hf", size="base", **preprocessing)["input"]
    processors.check(processor, spec)
    options.write(args, module, labels, family="hf", name=folder.resolve().name, trained=True, preprocessing=preprocessing,
                  tags=several and args.activation == "sigmoid")


def load(folder):
    """The model in float32; weights that are missing or of another shape are an error, not random numbers."""
    config = load_pretrained(AutoConfig, folder, "config.json")
    if type(config) not in AutoModelForImageClassification._model_mapping:
        raise ExportError(f"{folder} is not an image classifier: transformers has no such head for model type {config.model_type}")
    model, info = load_pretrained(AutoModelForImageClassification, folder, "the model", dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True)
    refuse_partial(folder, info)
    return model.eval()


def load_pretrained(auto, folder, what, **arguments):
    """`auto.from_pretrained` without network or foreign code; what is wrong with the folder is an ExportError."""
    try:
        return auto.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False, **arguments)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise ExportError(f"cannot load {what} in {folder}: {str(error).strip().splitlines()[0]}") from error


def refuse_partial(folder, info):
    """Raises ExportError for missing or misshapen weights; only warns of superfluous ones, which cannot change an answer."""
    other = [f"{name} is {tuple(stored)} instead of {tuple(wanted)}" for name, stored, wanted in info["mismatched_keys"]]
    checkpoint.refuse(folder, sorted(info["missing_keys"]), [], other)
    if info["unexpected_keys"]:
        names = sorted(info["unexpected_keys"])
        print(f"warning: {folder} has {len(names)} weights that the model does not use, the first is {names[0]}", file=sys.stderr)


def labels_of(config):
    """id2label of config.json as a list."""
    names = {int(i): label for i, label in (config.id2label or {}).items()}
    if sorted(names) != list(range(config.num_labels)):
        raise ExportError(f"id2label of config.json does not name the classes 0 to {config.num_labels - 1}")
    return [names[i] for i in range(config.num_labels)]


class Logits(torch.nn.Module):
    """Pixels to logits alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model(pixel_values=pixels, return_dict=True).logits
