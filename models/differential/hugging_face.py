"""transformers' image classifiers with small configurations: the class, and what its configuration says other than by default."""
import torch

SIDE = 96
VIT = {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 96, "image_size": SIDE, "patch_size": 16}
CLIP = {"vision_config": {**VIT, "projection_dim": 32}, "text_config": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}}
TWO_BY_TWO = {"embed_dim": 24, "depths": [2, 2], "num_heads": [2, 4], "window_size": 3, "image_size": SIDE, "patch_size": 4}
PVT = {"hidden_sizes": [16, 32, 40, 64], "depths": [1, 1, 1, 1], "image_size": SIDE}

CONFIGURATIONS = {
    "ViT": VIT,
    "ViT.qkv_bias": ("ViT", {**VIT, "qkv_bias": False, "hidden_act": "gelu_new"}),
    "DeiT": VIT,
    "DeiTWithTeacher": ("DeiT", VIT, "DeiTForImageClassificationWithTeacher"),
    "Beit": {**VIT, "use_relative_position_bias": True, "use_mean_pooling": True},
    "Beit.absolute": ("Beit", {**VIT, "use_absolute_position_embeddings": True, "use_mean_pooling": False, "use_shared_relative_position_bias": True}),
    "Data2VecVision": VIT,
    "ViTMSN": VIT,
    "Dinov2": {**VIT, "mlp_ratio": 2},
    "Dinov2.swiglu": ("Dinov2", {**VIT, "mlp_ratio": 2, "use_swiglu_ffn": True}),
    "Dinov2WithRegisters": {**VIT, "mlp_ratio": 2, "num_register_tokens": 3},
    "IJepa": VIT,
    "Hiera": {"embed_dim": 24, "depths": [1, 2, 2, 1], "image_size": [SIDE, SIDE], "num_heads": [1, 2, 4, 8]},
    "Swin": TWO_BY_TWO,
    "Swin.absolute": ("Swin", {**TWO_BY_TWO, "use_absolute_embeddings": True, "hidden_act": "relu"}),
    "Swinv2": TWO_BY_TWO,
    "FocalNet": {"embed_dim": 24, "depths": [1, 1, 2, 1], "focal_levels": [2, 2, 2, 2], "image_size": SIDE},
    "FocalNet.layerscale": ("FocalNet", {"embed_dim": 24, "depths": [1, 1, 2, 1], "image_size": SIDE, "use_layerscale": True, "use_conv_embed": True,
                                         "normalize_modulator": True, "use_post_layernorm": True}),
    "ConvNext": {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1]},
    "ConvNextV2": {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1]},
    "Bit": {"hidden_sizes": [32, 64, 96, 128], "depths": [1, 1, 1, 1], "embedding_size": 16, "num_groups": 4},
    "Bit.bottleneck": ("Bit", {"hidden_sizes": [32, 64, 96, 128], "depths": [1, 1, 1, 1], "embedding_size": 16, "num_groups": 4, "layer_type": "bottleneck"}),
    "ResNet": {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1], "embedding_size": 16},
    "ResNet.basic": ("ResNet", {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1], "embedding_size": 16, "layer_type": "basic", "hidden_act": "silu"}),
    "RegNet": {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1], "embedding_size": 16, "groups_width": 8},
    "RegNet.x": ("RegNet", {"hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1], "embedding_size": 16, "groups_width": 8, "layer_type": "x", "hidden_act": "gelu"}),
    "PoolFormer": {"hidden_sizes": [16, 32, 40, 64], "depths": [1, 1, 2, 1]},
    "Pvt": PVT,
    "PvtV2": {**PVT, "image_size": {"height": SIDE, "width": SIDE}},
    "PvtV2.linear": ("PvtV2", {**PVT, "image_size": {"height": SIDE, "width": SIDE}, "linear_attention": True}),
    "Segformer": {"hidden_sizes": [16, 32, 40, 64], "depths": [1, 1, 1, 1]},
    "Cvt": {"embed_dim": [16, 32, 48], "depth": [1, 2, 3], "num_heads": [1, 2, 3]},
    "Levit": {"image_size": SIDE, "hidden_sizes": [32, 48, 64], "num_attention_heads": [2, 3, 4], "depths": [1, 1, 1], "key_dim": [8, 8, 8]},
    "LevitWithTeacher": ("Levit", {"image_size": SIDE, "hidden_sizes": [32, 48, 64], "num_attention_heads": [2, 3, 4], "depths": [1, 1, 1], "key_dim": [8, 8, 8]},
                         "LevitForImageClassificationWithTeacher"),
    "MobileNetV1": {"depth_multiplier": 0.25},
    "MobileNetV2": {"depth_multiplier": 0.35},
    "MobileViT": {"image_size": SIDE, "hidden_sizes": [32, 48, 64], "neck_hidden_sizes": [8, 16, 24, 32, 40, 48, 64]},
    "MobileViTV2": {"image_size": SIDE, "width_multiplier": 0.5},
    "EfficientNet": {"width_coefficient": 0.5, "depth_coefficient": 0.5, "image_size": SIDE, "hidden_dim": 640},
    "SwiftFormer": {"embed_dims": [16, 24, 32, 48], "depths": [1, 1, 2, 1], "image_size": SIDE},
    "TextNet": {},
    "CLIP": CLIP,
    "Siglip": CLIP,
    "Siglip.gelu": ("Siglip", {**CLIP, "vision_config": {**VIT, "hidden_act": "quick_gelu"}}),
    "MetaClip2": CLIP,
    "Donut": ("DonutSwin", TWO_BY_TWO, "DonutSwinForImageClassification"),
    "PerceiverFourier": ("Perceiver", {"num_latents": 16, "d_latents": 32, "num_blocks": 1, "num_self_attends_per_block": 2, "num_self_attention_heads": 2,
                                       "num_cross_attention_heads": 1}, "PerceiverForImageClassificationFourier"),
    "PerceiverConv": ("Perceiver", {"num_latents": 16, "d_latents": 32, "num_blocks": 1, "num_self_attends_per_block": 2, "num_self_attention_heads": 2,
                                    "num_cross_attention_heads": 1}, "PerceiverForImageClassificationConvProcessing"),
    "HGNetV2": {"embedding_size": 16, "depths": [1, 1, 1, 1], "hidden_sizes": [32, 48, 64, 96], "stem_channels": [3, 16, 16], "stage_in_channels": [16, 32, 48, 64],
                "stage_mid_channels": [16, 16, 24, 32], "stage_out_channels": [32, 48, 64, 96], "stage_num_blocks": [1, 1, 1, 1]},
}


class Logits(torch.nn.Module):
    """A model of transformers whose answer is its logits alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pictures):
        if type(self.model).__name__.startswith("Perceiver"):
            return self.model(inputs=pictures, return_dict=True).logits
        return self.model(pixel_values=pictures, return_dict=True).logits


def build(name, classes):
    """As architectures.build."""
    import transformers
    entry = CONFIGURATIONS[name]
    family, settings, kind = entry if isinstance(entry, tuple) and len(entry) == 3 else (*(entry if isinstance(entry, tuple) else (name, entry)), None)
    config = getattr(transformers, f"{family}Config")(**settings)
    config.num_labels = classes
    side = 224 if family == "Perceiver" else SIDE
    return Logits(getattr(transformers, kind or f"{family}ForImageClassification")(config).eval()), side
