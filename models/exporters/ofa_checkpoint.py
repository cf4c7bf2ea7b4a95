"""Checkpoints of the OFA-Sys/Chinese-CLIP repository (one .pt, names beginning with module.) as transformers' ChineseCLIPModel.

Only the ViT variants: the RN50 image tower has no counterpart in transformers.
"""
import re

from . import ExportError, checkpoint, import_torchvision

import_torchvision()
from transformers import ChineseCLIPConfig, ChineseCLIPModel  # noqa: E402 (after the import above has made it possible)


def _vision(width, layers, heads, patch, image, projection):
    return {"hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers, "num_attention_heads": heads,
            "patch_size": patch, "image_size": image, "projection_dim": projection, "hidden_act": "quick_gelu"}


VARIANTS = {
    "ViT-B-16": _vision(768, 12, 12, 16, 224, 512),
    "ViT-L-14": _vision(1024, 24, 16, 14, 224, 768),
    "ViT-L-14-336": _vision(1024, 24, 16, 14, 336, 768),
    "ViT-H-14": _vision(1280, 32, 16, 14, 224, 1024),
}
"""The image towers of the published models."""
LARGE_TEXT = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
"""The text tower of ViT-H-14; the others have transformers' default, BERT's base."""

BLOCK = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
NAMES = {
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "logit_scale": "logit_scale",
}


def load(folder):
    """The model in the only .pt file of `folder`, its shape read from the weights'."""
    files = sorted(folder.glob("*.pt"))
    if len(files) != 1:
        raise ExportError(f"{folder} has neither config.json (transformers) nor exactly one .pt file (OFA-Sys/Chinese-CLIP): found {len(files)}")
    state = checkpoint.read(files[0])
    model = ChineseCLIPModel(config_of(state, files[0]))
    checkpoint.load_strict(model, convert(state), str(files[0]))
    return model.eval()


def config_of(state, where):
    """The configuration that the shapes tell. Heads are 64 wide in all published models, but 80 in the image tower of ViT-H-14."""
    try:
        width, _, patch, _ = state["visual.conv1.weight"].shape
        positions, projection = state["visual.positional_embedding"].shape[0], state["visual.proj"].shape[1]
        words, hidden = state["bert.embeddings.word_embeddings.weight"].shape
        inner = state["bert.encoder.layer.0.intermediate.dense.weight"].shape[0]
        lengths = state["bert.embeddings.position_embeddings.weight"].shape[0]
    except (KeyError, ValueError) as error:
        hint = "; RN50 is not supported" if "visual.layer1.0.conv1.weight" in state else ""
        raise ExportError(f"{where} is not a ViT checkpoint of OFA-Sys/Chinese-CLIP: {error} is missing{hint}") from error
    vision = _vision(width, _count(state, r"visual\.transformer\.resblocks\.(\d+)\."), width // (80 if width == 1280 else 64), patch,
                     patch * round((positions - 1) ** 0.5), projection)
    text = {"vocab_size": words, "hidden_size": hidden, "num_hidden_layers": _count(state, r"bert\.encoder\.layer\.(\d+)\."),
            "num_attention_heads": hidden // 64, "intermediate_size": inner, "max_position_embeddings": lengths}
    return ChineseCLIPConfig(text_config=text, vision_config=vision, projection_dim=projection)


def convert(state):
    """The names and layouts of transformers; names that are not known stay, so that strict loading reports them."""
    converted = {}
    for name, tensor in state.items():
        if name.startswith("bert.pooler.") or name == "bert.embeddings.position_ids":
            continue  # not used: the text feature is the projected state at [CLS]
        if name in ("visual.proj", "text_projection"):
            converted[{"visual.proj": "visual_projection", "text_projection": "text_projection"}[name] + ".weight"] = tensor.t()
        elif match := re.fullmatch(r"visual\.transformer\.resblocks\.(\d+)\.(.+)", name):
            converted.update(_block(f"vision_model.encoder.layers.{match[1]}.", match[2], tensor))
        else:
            name = NAMES.get(name, name).replace("visual.ln_pre.", "vision_model.pre_layrnorm.").replace("visual.ln_post.", "vision_model.post_layernorm.")
            converted[re.sub(r"^bert\.", "text_model.", name)] = tensor
    return converted


def _block(prefix, name, tensor):
    if name in ("attn.in_proj_weight", "attn.in_proj_bias"):
        kind = name.rpartition("_")[2]
        return {f"{prefix}self_attn.{part}_proj.{kind}": rows for part, rows in zip("qkv", tensor.chunk(3))}
    layer, _, kind = name.rpartition(".")
    return {f"{prefix}{BLOCK.get(layer, layer)}.{kind}": tensor}


def _count(state, pattern):
    return 1 + max((int(match[1]) for match in (re.match(pattern, name) for name in state) if match), default=-1)
