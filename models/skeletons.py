"""Makes the skeletons of the families that Java converts without Python: models/skeletons.

    python models/skeletons.py                # all of them, a quarter of an hour
    python models/skeletons.py resnet18 …     # these
    python models/skeletons.py --check …      # compares with what is there instead
"""
import argparse
import dataclasses
import json
import multiprocessing
import pathlib
import sys
import traceback

import torch

import skeleton
from exporters import ExportError, hf_family, timm_family, tracing

import timm  # after timm_family has made it possible

FOLDER = pathlib.Path(__file__).resolve().parent / "skeletons"
INDEX = FOLDER / "index.json"

TIMM = {
    **{f"mobilenetv2_{w}": {} for w in ("050", "100", "110d", "120d", "140")},
    "mobilenetv2_100.same": {"pad_type": "same"},
    **{f"mobilenetv3_{w}": {} for w in ("small_050", "small_075", "small_100", "large_100")},
    **{f"mobilenetv4_conv_{w}": {} for w in ("small", "medium", "large")},
    **{f"efficientnet_b{i}": {} for i in range(5)},
    **{f"tf_efficientnet_b{i}": {} for i in range(5)},
    "tf_efficientnetv2_s": {}, "efficientnetv2_rw_s": {}, "efficientnetv2_s": {},
    **{f"resnet{n}": {} for n in (18, 34, 50, 101, 152)},
    **{f"resnest{n}": {} for n in ("14d", "26d", "50d", "101e")},
    **{f"convnext_{w}": {} for w in ("tiny", "small", "base")},
    **{f"vit_{w}_patch16_{side}": {} for w in ("small", "base", "large") for side in (224, 384)},
    "vit_tiny_patch16_224": {},
    **{f"swin_{w}_patch4_window7_224": {} for w in ("tiny", "small", "base")},
}
"""timm's architectures; behind a dot, what is said of their arguments."""

BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
SMALL = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536}
TINY = {"hidden_size": 192, "num_hidden_layers": 12, "num_attention_heads": 3, "intermediate_size": 768}
BEIT = {"use_relative_position_bias": True, "use_mean_pooling": True, "use_absolute_position_embeddings": False}

HF = {
    "vit-tiny-patch16-224": ("ViT", TINY, 224), "vit-small-patch16-224": ("ViT", SMALL, 224),
    "vit-base-patch16-224": ("ViT", BASE, 224), "vit-base-patch16-384": ("ViT", {**BASE, "image_size": 384}, 384),
    "vit-large-patch16-224": ("ViT", LARGE, 224),
    **{f"swin-{w}-patch4-window7-224": ("Swin", {"embed_dim": dim, "depths": [2, 2, deep, 2], "num_heads": heads}, 224)
       for w, dim, deep, heads in (("tiny", 96, 6, [3, 6, 12, 24]), ("small", 96, 18, [3, 6, 12, 24]), ("base", 128, 18, [4, 8, 16, 32]))},
    **{f"convnext-{w}": ("ConvNext", {"hidden_sizes": [width * n for n in (1, 2, 4, 8)], "depths": [3, 3, deep, 3]}, 224)
       for w, width, deep in (("tiny", 96, 9), ("small", 96, 27), ("base", 128, 27), ("large", 192, 27))},
    "beit-base-patch16-224": ("Beit", {**BASE, **BEIT}, 224), "beit-large-patch16-224": ("Beit", {**LARGE, **BEIT, "layer_scale_init_value": 1e-5}, 224),
    **{f"dinov2-{w}": ("Dinov2", {**shape, "image_size": 518, "patch_size": 14}, 224) for w, shape in (("small", SMALL), ("base", BASE), ("large", LARGE))},
}
"""transformers' models: class, configuration, pixels of a side."""

CLIP = {"chinese-clip-vit-base-patch16": "ViT-B-16", "chinese-clip-vit-large-patch14": "ViT-L-14", "chinese-clip-vit-large-patch14-336px": "ViT-L-14-336"}
"""Chinese-CLIP's image towers, whose classes are rows of embeddings."""
IMAGE, TEXT = "-image", "-text"
"""The same without classes, and the text towers that belong to them: networks of their own."""
LABELS = "labels"
"""What the checkpoint lacks: a row for each class."""

SILENT = {
    "architectures", "dtype", "torch_dtype", "transformers_version", "_name_or_path", "id2label", "label2id", "num_labels", "problem_type", "model_type",
    "hidden_dropout_prob", "attention_probs_dropout_prob", "drop_path_rate", "initializer_range", "layerscale_value", "layer_scale_init_value",
    "output_attentions", "output_hidden_states", "return_dict", "chunk_size_feed_forward", "is_encoder_decoder", "encoder_stride", "stage_names",
    "out_features", "out_indices", "_out_features", "_out_indices", "vocab_size", "use_mask_token", "pooler_act", "pooler_output_size", "pool_scales",
    "use_auxiliary_head", "auxiliary_loss_weight", "auxiliary_channels", "auxiliary_num_convs", "auxiliary_concat_input", "semantic_loss_ignore_index",
    "apply_layernorm", "reshape_hidden_states", "add_fpn", "tie_word_embeddings", "add_pooling_layer", "num_layers", "num_stages",
}
"""Of a configuration: what moves no logit of a classifier, or shows in the tensors' names and shapes."""

TOWERS = [name + tower for name in CLIP for tower in (IMAGE, TEXT)]
KNOWN = [*TIMM, *HF, *CLIP, *TOWERS]

PROCESSORS = ("ViTImageProcessor", "ConvNextImageProcessor", "BeitImageProcessor", "BitImageProcessor", "ChineseCLIPImageProcessor")
SETTINGS = ("do_resize", "size", "default_to_square", "resample", "do_center_crop", "crop_size", "crop_pct", "do_rescale", "rescale_factor", "rescale_offset",
            "do_normalize", "image_mean", "image_std", "do_pad", "do_flip_channel_order")


def timm_network(name):
    """What an entry of TIMM is, and its network."""
    architecture, arguments = name.partition(".")[0], TIMM[name]
    module = timm_family.create(architecture, skeleton.CLASSES, **arguments)
    side = timm_family.resolve_model_data_config(module)["input_size"][-1]
    return {"name": name, "family": "timm", "architecture": architecture, "arguments": arguments}, module, side, None


def hf_network(name):
    """The same of HF, with what a checkpoint calls the network's tensors."""
    import transformers
    from transformers import initialization
    from transformers.core_model_loading import revert_weight_conversion
    kind, settings, side = HF[name]
    config = getattr(transformers, f"{kind}Config")(**settings)
    config.num_labels = skeleton.CLASSES
    torch.manual_seed(0)
    with initialization.no_init_weights():
        module = hf_family.Logits(getattr(transformers, f"{kind}ForImageClassification")(config).eval())
    state = module.model.state_dict()
    own = {id(tensor): name for name, tensor in state.items()}
    stored = {own[id(tensor)]: name for name, tensor in revert_weight_conversion(module.model, dict(state)).items() if id(tensor) in own}
    if set(stored) != set(state):
        raise ExportError(f"{name}: transformers splits or joins tensors when it stores them")
    names = {f"model.{mine}": list(dict.fromkeys((theirs, mine))) for mine, theirs in stored.items()}
    return {"name": name, "family": "hf", "model_type": config.model_type, "config": _told(config)}, module, side, names


def _told(config):
    """What of a configuration the network depends on."""
    silent = SILENT | ({"hidden_size"} if config.model_type == "swin" else set())  # which follows from embed_dim
    known = type(config)().to_dict()
    return {key: value for key, value in config.to_dict().items() if key in known and key not in silent and isinstance(value, (int, float, str, list, type(None)))}


def clip_network(name):
    """The same of CLIP."""
    from exporters import chinese_clip
    config = chinese_clip.ChineseCLIPConfig(vision_config=chinese_clip.ofa_checkpoint.VARIANTS[CLIP[name]])
    module = chinese_clip.random_classifier(CLIP[name], skeleton.CLASSES)
    names = {own: [own.replace("vision.", "vision_model.", 1).replace("projection.", "visual_projection.", 1)] for own in module.state_dict()}
    told = {f"vision_config.{key}": value for key, value in _told(config.vision_config).items()}
    return {"name": name, "family": "chinese-clip", "model_type": config.model_type, "config": told}, module, config.vision_config.image_size, {**names, "head.weight": [LABELS]}


def clip_image(name):
    """An entry of the index and the skeleton of an image tower: pixels to embeddings of length 1."""
    from exporters import chinese_clip
    about, whole, side, names = clip_network(name)
    module = chinese_clip.Image(whole.vision, whole.projection).eval()
    names = {own: names[own] for own in module.state_dict()}
    return {**about, "name": name + IMAGE, "family": "chinese-clip-image", "side": side, "any_side": False}, \
        skeleton.make_embedding(module, side, side, whole.projection.out_features, names)


def clip_text(name):
    """The same of a text tower: ids to embeddings of length 1."""
    from exporters import chinese_clip, text_tower
    config = chinese_clip.ChineseCLIPConfig(text_config={"vocab_size": chinese_clip.WORDS}, vision_config=chinese_clip.ofa_checkpoint.VARIANTS[CLIP[name]])
    config.projection_dim = config.vision_config.projection_dim
    module = text_tower.Bert(chinese_clip.ChineseCLIPModel(config), chinese_clip.TOKENS, 0).eval()
    skeleton.fill(module)
    own = dict(module.state_dict())
    ids = torch.randint(1, 1000, (2, chinese_clip.TOKENS), generator=torch.Generator().manual_seed(1))
    ids[1, 9:] = 0
    traced = tracing.trace(module, lambda batch, seed: ids, config.projection_dim, prove=False)
    told = {f"text_config.{key}": value for key, value in _told(config.text_config).items()}
    return {"name": name + TEXT, "family": "chinese-clip-text", "model_type": config.model_type, "config": told, "side": 0, "any_side": False}, \
        skeleton.of_traced(traced, own, {own_name: [clip_text_name(own_name)] for own_name in own})


def clip_text_name(own):
    """What a checkpoint calls a tensor of exporters.text_tower.Bert."""
    part, _, rest = own.partition(".")
    embeddings = {"words": "word_embeddings", "positions": "position_embeddings", "kinds": "token_type_embeddings", "norm": "LayerNorm"}
    if part in embeddings:
        return f"text_model.embeddings.{embeddings[part]}.{rest}"
    return f"text_model.encoder.layer.{rest}" if part == "layers" else f"text_{own}"


def network(name):
    """An entry of the index, the network, the side of its pictures, and what a checkpoint calls its tensors."""
    return (timm_network if name in TIMM else hf_network if name in HF else clip_network)(name)


def make(name):
    """An entry of the index and a skeleton."""
    if name in TOWERS:
        return clip_text(name.removesuffix(TEXT)) if name.endswith(TEXT) else clip_image(name.removesuffix(IMAGE))
    about, module, side, names = network(name)
    traced = SMALL if _is_free(name) else side
    return {**about, "side": side, "any_side": _is_free(name)}, skeleton.make(module, traced, traced, names)


FREE = ("mobilenet", "efficientnet", "resnet", "resnest", "convnext")
"""Networks of convolutions, unless they pad as TensorFlow does: traced with small pictures they take any."""
SMALL = 64


def _is_free(name):
    return name.startswith(FREE) and not name.endswith(".same")


def _in_a_process(name):
    """LibTorch numbers classes through the life of a process: each network begins at 0, as in the exporter's."""
    try:
        torch.set_num_threads(1)
        _leave_uninitialised()
        return name, make(name), None
    except Exception:
        return name, None, traceback.format_exc()


def _leave_uninitialised():
    """Random weights of hundreds of millions take longer than all the rest, and are overwritten."""
    for name in ("normal_", "trunc_normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_", "xavier_uniform_", "xavier_normal_"):
        setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)
    timm.layers.weight_init.trunc_normal_tf_ = timm.layers.weight_init.trunc_normal_ = lambda tensor, *_, **__: tensor


def defaults():
    """What a configuration or a processor that leaves a setting out means by that."""
    import transformers
    configs, processors = {}, {}
    for kind in sorted({kind for kind, _, _ in HF.values()}):
        config = getattr(transformers, f"{kind}Config")()
        configs[config.model_type] = _told(config)
    for name in PROCESSORS:
        kind = getattr(transformers, name + "Pil", None) or getattr(transformers, name)
        processor = kind()
        processors[name] = {key: _plain(getattr(processor, key)) for key in SETTINGS if getattr(processor, key, None) is not None}
    clip = transformers.ChineseCLIPConfig()
    configs[clip.model_type] = {f"{part}.{key}": value for part in ("vision_config", "text_config") for key, value in _told(getattr(clip, part)).items()}
    return {"configs": configs, "processors": processors}


def _plain(value):
    if isinstance(value, dict) or dataclasses.is_dataclass(value):
        return {key: number for key, number in (value if isinstance(value, dict) else vars(value)).items() if number is not None}
    return list(value) if isinstance(value, (list, tuple)) else int(value) if hasattr(value, "name") else value


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of networks; default: all")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the files that are there")
    parser.add_argument("--processes", type=int, default=2, help="so many at a time (default: %(default)s)")
    args = parser.parse_args(arguments)
    names = args.names or KNOWN
    unknown = [name for name in names if name not in KNOWN]
    if unknown:
        parser.error(f"no such network: {unknown[0]}")
    old = json.loads(INDEX.read_text("utf-8")) if INDEX.exists() else {"models": []}
    models, failed = {model["name"]: model for model in old["models"]}, []
    meant = defaults()
    with multiprocessing.get_context("fork").Pool(args.processes, maxtasksperchild=1) as pool:
        for name, made, error in pool.imap(_in_a_process, names, chunksize=1):
            file = FOLDER / f"{name}.skeleton"
            if error:
                failed.append(name)
                print(f"{name}: {error}", file=sys.stderr, flush=True)
            elif args.check:
                same = file.exists() and skeleton.unpack(file.read_bytes()) == made[1] and models.get(name) == made[0]
                failed += [] if same else [name]
                print(f"{name}: {'as it is there' if same else 'another one'}", flush=True)
            else:
                FOLDER.mkdir(exist_ok=True)
                file.write_bytes(skeleton.pack(made[1]))
                models[name] = made[0]
                INDEX.write_text(_json({"models": [models[n] for n in KNOWN if n in models], **meant}), "utf-8")
                print(f"{name}: {len(made[1]):,} bytes, stored {file.stat().st_size:,}", flush=True)
    if args.check and {**old, "models": []} != {"models": [], **meant}:
        failed.append(INDEX.name)
        print(f"{INDEX.name}: other defaults")
    return 1 if failed else 0


def _json(told):
    """A line for each model."""
    lines = ",\n".join("  " + json.dumps(model) for model in told["models"])
    rest = "".join(f',\n"{key}": {{\n' + ",\n".join(f'  "{name}": {json.dumps(each)}' for name, each in told[key].items()) + "\n}" for key in ("configs", "processors"))
    return f'{{"models": [\n{lines}\n]{rest}}}\n'


if __name__ == "__main__":
    sys.exit(main())
