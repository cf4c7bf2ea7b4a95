"""The model families that models/export.py can write, and what they share."""
import unicodedata


class ExportError(Exception):
    """Something the user can put right: a missing file, a wrong checkpoint, a setting that the format cannot carry. One clear sentence."""


def is_plain(text):
    """Whether nothing in a text moves the cursor, breaks the line or turns what stands beside it: what a model file's texts must be (models/FORMAT.md)."""
    joiners = "\u200c\u200d"  # of emoji and of Indic words
    return all(c in joiners or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") and not _is_hidden(ord(c)) for c in text)


def _is_hidden(point):
    """What is not shown though no category says so, and what is no character at all: as dev.wwts.internal.text.Printable has it."""
    if point in (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0):
        return True
    tag = 0xE0000 <= point <= 0xE0FFF and not 0xE0100 <= point <= 0xE01EF
    return tag or 0xFFF0 <= point <= 0xFFF8 or 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE


def import_torchvision():
    """Imports torchvision, also a CUDA build of it beside a CPU-only torch, which otherwise dies on an operator that nothing here uses.

    Call it before timm or transformers, which import torchvision themselves.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        import torch
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
        torchvision.schema_library = library  # the schemas live as long as this object
    return torchvision
