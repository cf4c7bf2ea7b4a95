"""The architectures of the differential test, small ones of every family, and how each is built with random weights at a small picture size."""
import fnmatch

import torch

TIMM = """
beit_base_patch16_224 beitv2_base_patch16_224 botnet26t_256 eca_botnext26ts_256 eca_halonext26ts halonet26t lambda_resnet26rpt_256 lambda_resnet26t
sehalonet33ts bat_resnext26ts gcresnext26ts gernet_s mobileone_s0 mobileone_s4 regnetz_b16 repvgg_a0 resnet51q resnext26ts eca_resnext26ts seresnext26ts
resnet50_clip_gap test_byobnet cait_xxs24_224 coat_lite_tiny coat_tiny convit_tiny convmixer_768_32 convnext_atto convnext_atto_ols convnext_atto_rms
convnextv2_atto convnext_zepto_rms cpubone_nano crossvit_9_240 crossvit_9_dagger_240 csatv2 cs3darknet_focus_s cs3darknet_s cs3sedarknet_l cspresnet50
cspresnext50 darknet17 sedarknet21 davit_tiny deit3_small_patch16_224 deit_tiny_distilled_patch16_224 deit_tiny_patch16_224 densenet121 densenetblur121d
dla34 dla46x_c dla60_res2net dpn48b dpn68 edgenext_xx_small edgenext_small_rw efficientformer_l1 efficientformerv2_s0 efficientnet_b0
efficientnet_b0_gn efficientnet_b0_g8_gn efficientnet_b0_g16_evos efficientnet_blur_b0 efficientnet_cc_b0_4e efficientnet_es efficientnet_lite0
efficientnetv2_rw_t fbnetc_100 gc_efficientnetv2_rw_t mixnet_s mnasnet_050 mobilenet_edgetpu_v2_xs mobilenetv1_100 mobilenetv2_035 mobilenetv2_110d
semnasnet_050 spnasnet_100 tf_efficientnet_b0 tf_efficientnetv2_b0 tf_mixnet_s tinynet_e test_efficientnet test_efficientnet_ln efficientvit_b0
efficientvit_l1 efficientvit_m0 efficientvit_m2 eva02_tiny_patch14_224 vit_small_patch16_dinov3 vit_tiny_patch16_dinov3_qkvb
vit_small_patch16_rope_mixed_ape_224 vit_pe_core_tiny_patch16_384 vit_pe_spatial_tiny_patch16_512 fasternet_t0 fastvit_t8 fastvit_sa12 fastvit_mci0
focalnet_tiny_srf focalnet_tiny_lrf gcvit_xxtiny gemma4_vit_167m ghostnet_050 ghostnetv2_100 ghostnetv3_050 hardcorenas_a hgnet_tiny hgnetv2_b0
hiera_tiny_224 hiera_small_abswin_256 hieradet_small sam2_hiera_tiny hrnet_w18_small inception_next_atto inception_resnet_v2 inception_v3 inception_v4
lcnetv2_small levit_128s levit_conv_128s levit_256d lowformer_b0 lowformer_e1 mambaout_femto mambaout_base_wide_rw coatnet_pico_rw_224
coatnet_nano_cc_224 coatnet_rmlp_nano_rw_224 coatnext_nano_rw_224 coatnet_0_224 maxvit_pico_rw_256 maxvit_rmlp_pico_rw_256 maxvit_tiny_tf_224
maxvit_tiny_pm_256 maxxvit_rmlp_nano_rw_256 maxxvitv2_nano_rw_256 caformer_s18 convformer_s18 poolformer_s12 poolformerv2_s12 gmixer_12_224
gmlp_ti16_224 mixer_s32_224 mixer_s16_224 resmlp_12_224 fbnetv3_b lcnet_035 mobilenetv3_small_050 mobilenetv3_large_100 tf_mobilenetv3_small_minimal_100
mobilenetv4_conv_small_035 mobilenetv4_conv_aa_medium mobilenetv4_conv_blur_medium mobilenetv4_hybrid_medium_075 mobilenetv4_hybrid_medium
mobilenetv5_base mobilevit_xxs mobilevitv2_050 mvitv2_tiny mvitv2_small_cls naflexvit_base_patch16_gap naflexvit_base_patch16_map
nest_tiny nest_tiny_jx nextvit_small dm_nfnet_f0 eca_nfnet_l0 nf_ecaresnet26 nf_regnet_b0 nf_resnet26 nf_seresnet26 nfnet_l0 test_nfnet pit_ti_224
pit_ti_distilled_224 pvt_v2_b0 pvt_v2_b2_li rdnet_tiny regnetv_040 regnetx_002 regnety_002 regnety_008_tv regnety_040_sgn regnetz_005 repghostnet_050
repvit_m0_9 repvit_m1 res2net50_14w_8s res2net50d res2next50 resnest14d resnest26d resnest50d_1s4x24d resnest50d_4s2x40d ecaresnet26t ecaresnetlight
resnet10t resnet18 resnet18d resnet26t resnet50_gn resnet50s resnetaa34d resnetblur18 resnetrs50 resnext50_32x4d seresnet18 seresnext26d_32x4d
seresnextaa101d_32x8d test_resnet resnetv2_18 resnetv2_50d_evos resnetv2_50d_frn resnetv2_50d_gn resnetv2_50x1_bit rexnet_100 rexnetr_100 selecsls42
legacy_seresnet18 legacy_seresnext26_32x4d sequencer2d_s shvit_s1 skresnet18 skresnext50_32x4d starnet_s1 starnet_s050 swiftformer_xs
swin_tiny_patch4_window7_224 swin_s3_tiny_224 swinv2_tiny_window8_256 swinv2_cr_tiny_224 swinv2_cr_tiny_ns_224 tiny_vit_5m_224 tnt_s_patch16_224
tnt_s_legacy_patch16_224 tresnet_m twins_pcpvt_small twins_svt_small vgg11 vgg11_bn visformer_tiny test_vit test_vit2 test_vit3 test_vit4
flexivit_small vit_tiny_patch16_224 vit_little_patch16_reg1_gap_256 vit_base_patch32_clip_quickgelu_224 vit_base_patch16_18x2_224
vit_base_patch16_rpn_224 vit_base_patch32_siglip_256 vit_small_patch14_reg4_dinov2 vit_small_patch14_dinov2 vit_base_patch16_xp_224 beit3_base_patch16_224
vit_tiny_r_s16_p8_224 vit_small_resnet26d_224 vit_base_mci_224 vit_relpos_small_patch16_224 vit_relpos_base_patch16_cls_224 vit_srelpos_small_patch16_224
vit_relpos_base_patch32_plus_rpn_256 samvit_base_patch16_224 vitamin_small_224 volo_d1_224 eca_vovnet39b ese_vovnet19b_slim_dw ese_vovnet39b_evos
vovnet39a legacy_xception xception41 xception41p xcit_nano_12_p16_224 xcit_tiny_12_p8_224
""".split()

SCRIPTED = """
resnet18 resnext26ts mobilenetv2_035 mobilenetv3_small_050 efficientnet_b0 vit_tiny_patch16_224 swin_tiny_patch4_window7_224 convnext_atto regnety_002
densenet121 resnest14d skresnet18 levit_128s mixer_s32_224 coatnet_pico_rw_224 mobilevit_xxs pvt_v2_b0 dla34 test_nfnet test_vit
""".split()
"""Of timm, also compiled instead of traced: their graphs keep branches and loops."""

TORCHVISION = """
alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3 maxvit_t mnasnet0_5 mobilenet_v2 mobilenet_v3_small
mobilenet_v3_large regnet_x_400mf regnet_y_400mf resnet18 resnet50 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_0 squeezenet1_1 swin_t swin_v2_t
vgg11 vgg11_bn vit_b_32 wide_resnet50_2
""".split()

QUANTISED = "googlenet inception_v3 mobilenet_v2 mobilenet_v3_large resnet18 shufflenet_v2_x0_5".split()

TUPLES = ("googlenet", "inception_v3")
"""Compiled, they give a tuple, which is no classifier's answer."""

SIDES = (96, 112, 128, 160, 192, 224, 240, 256, 384, 512)


def names():
    """All of them, library:architecture, with :script behind those that are compiled instead of traced."""
    import hugging_face
    import kinds
    return [*(f"kinds:{n}" for n in kinds.KINDS), *(f"timm:{n}" for n in TIMM), *(f"timm:{n}:script" for n in SCRIPTED),
            *(f"torchvision:{n}{how}" for n in TORCHVISION for how in ("", ":script") if not (how and n in TUPLES)),
            *(f"quantised:{n}{'' if n in TUPLES else ':script'}" for n in QUANTISED), *(f"transformers:{n}" for n in hugging_face.CONFIGURATIONS)]


def chosen(patterns):
    """The names that match one of the patterns, as a shell's; all without one."""
    return [name for name in names() if not patterns or any(fnmatch.fnmatch(name, p) for p in patterns)]


def build(name, classes):
    """The module in eval mode, and the side of its square pictures, the smallest that it takes."""
    library, architecture = name.split(":", 1)
    if library != "kinds":
        architecture = architecture.removesuffix(":script")
    return {"kinds": _kinds, "timm": _timm, "torchvision": _torchvision, "quantised": _quantised, "transformers": _transformers}[library](architecture, classes)


def _timm(architecture, classes):
    import timm
    native = timm.get_pretrained_cfg(architecture, allow_unregistered=False).input_size[-1]
    sized = _takes_size(timm, architecture, classes)
    return _smallest(lambda side: timm.create_model(architecture, pretrained=False, num_classes=classes, **({"img_size": side} if sized else {})),
                     sorted({*(s for s in SIDES if s < native), native}), not sized)


def _takes_size(timm, architecture, classes):
    try:
        timm.create_model(architecture, pretrained=False, num_classes=classes, img_size=224)
    except TypeError:
        return False
    except Exception:  # it knows the argument, but not this size
        return True
    return True


def _torchvision(architecture, classes):
    import torchvision
    kwargs = {"weights": None, "num_classes": classes}
    if architecture in ("googlenet", "inception_v3"):
        kwargs.update(init_weights=False, aux_logits=False)
    if architecture == "vit_b_32":
        return _smallest(lambda side: torchvision.models.vit_b_32(image_size=side, **kwargs), [96])
    fixed = {"maxvit_t": [224], "inception_v3": [128], "alexnet": [96], "squeezenet1_0": [96]}
    return _smallest(lambda side: torchvision.models.get_model(architecture, **kwargs), fixed.get(architecture, SIDES), True)


def _quantised(architecture, classes):
    """Quantised after training, as torchvision does for its published ones, calibrated on noise."""
    import torchvision
    build = getattr(torchvision.models.quantization, architecture)
    extra = {"init_weights": False, "aux_logits": False} if architecture in ("googlenet", "inception_v3") else {}
    torch.backends.quantized.engine = "fbgemm"
    module = build(weights=None, num_classes=classes, quantize=False, **extra)
    module.eval()
    module.fuse_model()
    module.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    prepared = torch.ao.quantization.prepare(module)
    side = 128
    with torch.no_grad():
        prepared(torch.randn(4, 3, side, side))
    return torch.ao.quantization.convert(prepared), side


def _kinds(name, classes):
    import kinds
    return kinds.build(name, classes)


def _transformers(architecture, classes):
    import hugging_face
    return hugging_face.build(architecture, classes)


def _smallest(make, sides, size_free=False):
    """The module at the first side that it runs at."""
    module, last = None, None
    for side in sides:
        try:
            torch.manual_seed(0)
            if module is None or not size_free:
                module = make(side).eval()
            with torch.no_grad():
                module(torch.randn(1, 3, side, side))
            torch.manual_seed(0)
            return make(side).eval(), side
        except (RuntimeError, AssertionError, ValueError, IndexError, TypeError, ZeroDivisionError) as error:
            last = error
    raise last
