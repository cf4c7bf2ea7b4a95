"""Chinese-CLIP: both towers and the vocabulary in one file, or the image tower over a fixed set of labels.

With labels, every label's text embedding is computed here and becomes one row of a linear head; the file's logits are logit_scale * cos(picture, text),
whose softmax is the zero-shot confidence.
"""
import argparse
import math
import pathlib

import torch
from torch import nn

from . import ExportError, import_torchvision, labels as label_files, manifest as rules, ofa_checkpoint, options, text_tower, tokens as tokenizers
from .hf_family import load_pretrained, refuse_partial

import_torchvision()
from transformers import BertTokenizer, ChineseCLIPConfig, ChineseCLIPModel, ChineseCLIPVisionModel  # noqa: E402

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
TOKENS = 52
"""[CLS], at most 50 tokens, [SEP]; shorter texts are padded."""
LONGEST_WORD = 200
"""Characters. The reference tokenizer splits words up to this length; transformers' own limit is 100."""
WORDS = 21128
"""Of the published models' vocabulary."""
SCALE = 100.0
"""The logit scale of a trained Chinese-CLIP, for --random."""


def add_arguments(parser):
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--path", metavar="DIR", help="folder with vocab.txt and either config.json and weights of transformers' ChineseCLIPModel, "
                                                       "or one .pt checkpoint of the OFA-Sys/Chinese-CLIP repository (ViT variants)")
    weights.add_argument("--random", choices=ofa_checkpoint.VARIANTS, metavar="VARIANT",
                         help=f"random weights, for benchmarks; the file says so. One of {', '.join(ofa_checkpoint.VARIANTS)}")
    parser.add_argument("--labels", metavar="L", help="UTF-8, line i is the label of class i, up to a tab; without it the file holds both towers, "
                                                      "and labels are given when it is used")
    parser.add_argument("--prompt", action="append", type=_prompt, metavar="TEXT",
                        help="the text for a label, {} stands for it; may be repeated, the embeddings are averaged (default: 一张{}的图片)")
    parser.add_argument("--vocab", metavar="V", help="vocab.txt, if not in DIR; with --random and neither it nor --labels: 1000 placeholder labels")
    options.add_output(parser)
    parser.epilog = "The preprocessing is that of the Chinese-CLIP repository: a direct bicubic resize to the model's square, whatever the aspect ratio."


def run(args):
    name = f"chinese-clip-{args.random}-random" if args.random else pathlib.Path(args.path).resolve().name
    labels = label_files.read(args.labels) if args.labels else []
    if args.random and not labels and not args.vocab:
        labels = label_files.placeholders(1000)
    if not labels:
        return _both(args, name)
    if args.random:
        module = random_classifier(args.random, len(labels))
    else:
        module = classifier(pathlib.Path(args.path), labels, args.prompt or ["一张{}的图片"], args.vocab)
    _write(args, module, labels, name)


def _both(args, name):
    if args.prompt:
        raise ExportError("--prompt is for --labels: a file of both towers is given prompts when it is used")
    folder = None if args.random else pathlib.Path(args.path)
    model = random_model(args.random) if args.random else load(folder)
    module, text, embedding = towers(model, tokenizer(folder, model.config.text_config.vocab_size, args.vocab))
    _write(args, module, [], name, text=text, embedding=embedding)


def _write(args, module, labels, name, **more):
    side = module.vision.config.image_size
    options.write(args, module, labels, family="chinese-clip", name=name, trained=not args.random, preprocessing={
        "width": side, "resize": rules.exact(side, side), "interpolation": "bicubic", "mean": MEAN, "std": STD}, **more)


class Image(nn.Module):
    """Pixels to embeddings of length 1: image tower and projection."""

    def __init__(self, vision, projection):
        super().__init__()
        self.vision, self.projection = vision, projection

    def forward(self, pixels):
        feature = self.projection(self.vision(pixel_values=pixels).pooler_output)
        return feature / feature.norm(dim=-1, keepdim=True)


class ZeroShot(Image):
    """Pixels to logits: image tower, projection, length 1, and one row of `head` per label."""

    def __init__(self, vision, projection, head):
        super().__init__(vision, projection)
        self.head = nn.Linear(head.shape[1], head.shape[0], bias=False)
        self.head.weight = nn.Parameter(head.detach().clone())

    def forward(self, pixels):
        return self.head(super().forward(pixels))


def towers(model, tokens):
    """The image tower, the text tower and the manifest's `embedding` of a whole model."""
    pad = tokens.pad_token_id

    def features(ids):
        return nn.functional.normalize(model.get_text_features(input_ids=ids, attention_mask=ids.ne(pad).long()).pooler_output, dim=-1)
    bert = tokenizers.Bert(tokens, LONGEST_WORD)
    if bert.size != model.config.text_config.vocab_size:
        raise ExportError("the vocabulary lacks one of [PAD], [UNK], [CLS], [SEP] and [MASK]")
    text = text_tower.Tower(text_tower.Bert(model, TOKENS, pad).eval(), bert, TOKENS, model.logit_scale.exp().item())
    text_tower.check(text, features)
    length = model.config.projection_dim
    return Image(model.vision_model, model.visual_projection).eval(), text, rules.embedding(length, "where pictures and texts meet", True)


def classifier(folder, labels, prompts, vocabulary=None):
    """The image tower in `folder` with the labels' text embeddings as its head."""
    model = load(folder)
    embeddings = text_embeddings(model, tokenizer(folder, model.config.text_config.vocab_size, vocabulary), labels, prompts)
    return ZeroShot(model.vision_model, model.visual_projection, model.logit_scale.exp() * embeddings).eval()


def random_classifier(variant, classes):
    """A model of a published variant's shape with random weights and a random head."""
    torch.manual_seed(0)
    config = ChineseCLIPConfig(vision_config=ofa_checkpoint.VARIANTS[variant])
    projected = config.vision_config.projection_dim
    vision = ChineseCLIPVisionModel._from_config(config.vision_config)
    head = SCALE * nn.functional.normalize(torch.randn(classes, projected), dim=-1)
    return ZeroShot(vision, nn.Linear(config.vision_config.hidden_size, projected, bias=False), head).eval()


def random_model(variant):
    """A whole model of a published variant's shape with random weights."""
    torch.manual_seed(0)
    vision, text = ofa_checkpoint.VARIANTS[variant], ofa_checkpoint.LARGE_TEXT if variant == "ViT-H-14" else {}
    model = ChineseCLIPModel(ChineseCLIPConfig(text_config={"vocab_size": WORDS, **text}, vision_config=vision, projection_dim=vision["projection_dim"]))
    nn.init.constant_(model.logit_scale, math.log(SCALE))
    return model.eval()


def load(folder):
    """The whole ChineseCLIPModel in float32, from either layout; incomplete weights are an error."""
    if not folder.is_dir():
        raise ExportError(f"no such folder: {folder}")
    if not (folder / "config.json").is_file():
        return ofa_checkpoint.load(folder)
    model, info = load_pretrained(ChineseCLIPModel, folder, "the model", dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True)
    refuse_partial(folder, info)
    return model.eval()


def tokenizer(folder, vocabulary, file=None):
    """The reference tokenizer: BERT WordPiece over vocab.txt, which is in `folder` if not `file`, lower-cased."""
    path = pathlib.Path(file) if file else folder / "vocab.txt"
    if not path.is_file():
        raise ExportError(f"no such vocabulary: {path}" if file else f"{folder} has no vocab.txt, which texts are tokenised with: name one with --vocab")
    words = {word: i for i, word in enumerate(label_files.read_lines(path))}
    if len(words) != vocabulary:
        raise ExportError(f"{path} has {len(words)} tokens, but the model was made for {vocabulary}")
    tokens = BertTokenizer(vocab=words, do_lower_case=True)
    tokens.backend_tokenizer.model.max_input_chars_per_word = LONGEST_WORD
    return tokens


def tokenise(tokens, texts):
    """Texts to ids, texts x TOKENS."""
    return tokens(texts, padding="max_length", truncation=True, max_length=TOKENS, return_tensors="pt")["input_ids"]


@torch.no_grad()
def text_embeddings(model, tokens, labels, prompts, batch=64):
    """Labels x projection, each of length 1: the mean over the prompts of the normalised text features."""
    total = 0
    for prompt in prompts:
        ids = tokenise(tokens, [prompt.replace("{}", label) for label in labels])
        features = [model.get_text_features(input_ids=part, attention_mask=part.ne(0).long()).pooler_output for part in ids.split(batch)]
        total = total + nn.functional.normalize(torch.cat(features), dim=-1)
    return nn.functional.normalize(total, dim=-1)


def _prompt(text):
    if "{}" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} has no {{}} where the label goes")
    return text
