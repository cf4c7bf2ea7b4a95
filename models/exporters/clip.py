"""CLIP and SigLIP of transformers: both towers and the tokenizer in one file, for texts and for labels that are given when it is used."""
import pathlib

import torch
from torch import nn

import bundle

from . import ExportError, import_torchvision, manifest as rules, options, processor as processors, text_tower, tokens
from .chinese_clip import Image
from .hf_family import load_pretrained, refuse_partial

import_torchvision()
from transformers import AutoConfig, AutoImageProcessor, AutoTokenizer, CLIPModel, SiglipModel  # noqa: E402

MODELS = {"clip": CLIPModel, "siglip": SiglipModel}
OLD_END = 2
"""In config.json of CLIP's first checkpoints, whose text tower takes the largest id of a text for its end."""


def add_arguments(parser):
    parser.add_argument("--path", required=True, metavar="DIR", help="folder with config.json, preprocessor_config.json, the weights and the tokenizer: "
                                                                     "vocab.json and merges.txt, or tokenizer.json")
    options.add_output(parser)
    parser.epilog = "The preprocessing is the processor's; a setting that a model file cannot carry exactly is an error. SigLIP's first tokenizer " \
                    "(SentencePiece) and NaFlex checkpoints of SigLIP 2 are refused."


def run(args):
    folder = pathlib.Path(args.path)
    if not (folder / "config.json").is_file():
        raise ExportError(f"{folder} has no config.json" if folder.is_dir() else f"no such folder: {folder}")
    model = load(folder)
    processor = load_pretrained(AutoImageProcessor, folder, "the image processor", backend="pil")
    preprocessing = processors.preprocessing(processor)
    processors.check(processor, bundle.manifest(name="-", family="clip", size="base", **preprocessing)["input"])
    module, text, embedding = towers(model, tokens.of(load_pretrained(AutoTokenizer, folder, "the tokenizer")))
    side = model.config.vision_config.image_size
    if (preprocessing["width"], preprocessing["height"]) != (side, side):
        raise ExportError(f"the image processor gives {preprocessing['width']} x {preprocessing['height']} pixels, but the model sees {side} x {side}")
    args.activation = text.activation  # of no classes, but it is what a reader is shown
    options.write(args, module, [], family=model.config.model_type, name=folder.resolve().name, trained=True, preprocessing=preprocessing, text=text,
                  embedding=embedding)


def load(folder):
    """The whole model in float32; weights that are missing or of another shape are an error, not random numbers."""
    config = load_pretrained(AutoConfig, folder, "config.json")
    if config.model_type not in MODELS:
        known = "CLIPModel and SiglipModel"
        hint = "; SigLIP 2 of a fixed size is a SiglipModel, NaFlex is not known here" if config.model_type == "siglip2" else ""
        raise ExportError(f"{folder} is a model of type {config.model_type}, and not one of pictures and texts that is known here: {known}{hint}")
    model, info = load_pretrained(MODELS[config.model_type], folder, "the model", dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True)
    refuse_partial(folder, info)
    return model.eval()


def towers(model, pieces):
    """The image tower, the text tower and the manifest's `embedding` of a whole model."""
    config = model.config.text_config
    length = config.max_position_embeddings
    if pieces.size > config.vocab_size:
        raise ExportError(f"the tokenizer has {pieces.size} pieces, but the text tower was made for {config.vocab_size}")
    if length > rules.MAX_LENGTH:
        raise ExportError(f"the text tower reads {length} ids, a model file's {rules.MAX_LENGTH} at most")

    def features(ids):
        ids = nn.functional.pad(ids, (0, length - ids.shape[1]), value=pieces.pad)
        return nn.functional.normalize(model.get_text_features(input_ids=ids).pooler_output, dim=-1)
    module, projection, columns, scoring = (_clip if isinstance(model, CLIPModel) else _siglip)(model, pieces)
    text = text_tower.Tower(module.eval(), pieces, length, model.logit_scale.exp().item(), **scoring)
    text_tower.check(text, features)
    return Image(model.vision_model, projection).eval(), text, rules.embedding(columns, "where pictures and texts meet", True)


def _clip(model, pieces):
    """The text tower, what an image tower's output is projected with, the length of embeddings, and what makes scores of their products."""
    end = model.config.text_config.eos_token_id
    if pieces.end != (pieces.size - 1 if end == OLD_END else end):
        raise ExportError(f"the text tower looks for the id {end} at the end of a text, but the tokenizer ends it with {pieces.end}")
    return text_tower.Clip(model, pieces.end), model.visual_projection, model.config.projection_dim, {}


def _siglip(model, pieces):
    columns, seen = model.config.text_config.projection_size, model.config.vision_config.hidden_size
    if columns != seen:
        raise ExportError(f"embeddings of texts have {columns} numbers, those of pictures {seen}")
    return text_tower.Siglip(model, pieces.pad), nn.Identity(), columns, {"bias": model.logit_bias.item(), "activation": "sigmoid"}
