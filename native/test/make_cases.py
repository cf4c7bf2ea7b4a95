"""What Pillow answers, for the tests of native/.

    python make_cases.py synthetic --out synthetic.csv            (stored in the repository; tests need no Python)
    python make_cases.py kit --kit ../shared/models-kit --out DIR (pixels of real pictures and the crops of their golden files)

Needs Pillow, numpy and, for `synthetic`, torch. Reference: Pillow's transpose, resize and crop; torch's division by 255,
subtraction of the mean, division by the standard deviation, and conversions to half and bfloat16, all on the CPU.
"""
import argparse
import csv
import itertools
import pathlib
import sys
import zlib

import numpy as np
import PIL
from PIL import Image

SKIPPED = 77
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90"}
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
FIELDS = "width height pattern orientation rule resize_width resize_height interpolation crop_width crop_height rounding bgr".split()


def picture(pattern, width, height):
    """The formulas of pictures.h."""
    y, x, c = np.meshgrid(*(np.arange(n, dtype=np.uint32) for n in (height, width, 3)), indexing="ij")
    h = x * np.uint32(0x9E3779B1) ^ y * np.uint32(0x85EBCA77) ^ c * np.uint32(0xC2B2AE3D)
    h ^= h >> np.uint32(15)
    h = h * np.uint32(0x2C1B3C6D)
    h ^= h >> np.uint32(12)
    if pattern == 0:
        v = h >> np.uint32(8)
    elif pattern == 1:
        v = x * (c + 1) + y * (3 - c)
    elif pattern == 2:
        v = (x // 3 + y // 2 + c) % 2 * 255
    else:
        v = np.where(h % 11 == 0, 255, h % 7)
    return (v & 255).astype(np.uint8)


def resized_size(width, height, case):
    if case["rule"] == "exact":
        return case["resize_width"], case["resize_height"]
    size, short, long = case["resize_width"], min(width, height), max(width, height)
    other = int(size * long / short)
    return (size, other) if width <= height else (other, size)


def offset(resized, cropped, rounding):
    return int(round((resized - cropped) / 2.0)) if rounding == "half-even" else (resized - cropped) // 2


def reference(pixels, case):
    im = Image.fromarray(pixels)
    if case["orientation"] in TURNS:
        im = im.transpose(Image.Transpose[TURNS[case["orientation"]]])
    im = im.resize(resized_size(*im.size, case), FILTERS[case["interpolation"]])
    w, h = case["crop_width"], case["crop_height"]
    left, top = offset(im.width, w, case["rounding"]), offset(im.height, h, case["rounding"])
    assert left + w <= im.width and top + h <= im.height
    return np.asarray(im.crop((left, top, left + w, top + h)))


def network_inputs(crop, bgr):
    import torch
    seen = crop[..., ::-1] if bgr else crop
    t = torch.from_numpy(seen.copy()).permute(2, 0, 1).contiguous().to(torch.float32).div(255)
    t = t.sub_(torch.tensor(MEAN).view(-1, 1, 1)).div_(torch.tensor(STD).view(-1, 1, 1))
    nhwc = t.permute(1, 2, 0).contiguous()
    return t.numpy(), nhwc.half().numpy(), nhwc.bfloat16().view(torch.int16).numpy()


def cases():
    """Every feature on small pictures, the sizes that hurt, and a few of the sizes that matter."""
    def case(width, height, pattern=0, orientation=1, rule="shorter-side", resize=(256, 0), interpolation="bilinear", crop=(224, 224),
             rounding="half-even", bgr=0):
        return dict(zip(FIELDS, (width, height, pattern, orientation, rule, *resize, interpolation, *crop, rounding, bgr)))

    both = list(FILTERS)
    # All orientations x filters x roundings, with an odd margin in each direction.
    for o, f, r in itertools.product(range(1, 9), both, ("half-even", "floor")):
        yield case(61, 47, 0, o, resize=(32, 0), interpolation=f, crop=(23, 25), rounding=r, bgr=o % 2)
        yield case(47, 61, 2, o, rule="exact", resize=(33, 28), interpolation=f, crop=(32, 27), rounding=r)
        yield case(13, 9, 3, o, rule="exact", resize=(40, 31), interpolation=f, crop=(40, 31), rounding=r)
    # One axis or both keep their size.
    for o, f in itertools.product((1, 2, 3, 6, 7, 8), both):
        yield case(40, 30, 2, o, rule="exact", resize=(30, 40) if o >= 5 else (40, 30), interpolation=f, crop=(21, 18))
        yield case(40, 30, 2, o, rule="exact", resize=(17, 40) if o >= 5 else (40, 17), interpolation=f, crop=(16, 12))
        yield case(40, 30, 2, o, rule="exact", resize=(30, 19) if o >= 5 else (19, 30), interpolation=f, crop=(15, 14))
    # Margins of every remainder: .5 rounds to even, up and down.
    for margin, r in itertools.product(range(9), ("half-even", "floor")):
        yield case(50, 41, 0, rule="exact", resize=(20 + margin, 24 + margin), crop=(20, 24), rounding=r)
    # Tiny pictures, greatly enlarged.
    for (w, h), f in itertools.product(((1, 1), (2, 3), (3, 2), (1, 7), (5, 1), (31, 17)), both):
        yield case(w, h, 0, 1, interpolation=f)
        yield case(w, h, 1, 6, interpolation=f)
    # Strips: the resized picture would be 34,133 pixels long.
    for o, f in itertools.product((1, 3, 6, 8), both):
        yield case(4000, 30, 1, o, interpolation=f)
        yield case(30, 4000, 0, o, interpolation=f)
    # Higher than a hundred times the width and made lower: Pillow takes the height first.
    for o, f in itertools.product((1, 4, 5, 6, 7, 8), both):
        for size in ((9, 1001), (1001, 9), (10, 1000), (1000, 10)):
            yield case(*size, 2, o, rule="exact", resize=(24, 31), interpolation=f, crop=(24, 31))
    yield case(2, 300, 0, 1, rule="exact", resize=(5, 400), crop=(5, 300))
    # Sizes near and at the target.
    for (w, h), f in itertools.product(((256, 256), (224, 224), (225, 223), (341, 257), (257, 341), (512, 512), (640, 480), (300, 451)), both):
        yield case(w, h, 2, interpolation=f)
        yield case(w, h, 0, 6, rule="exact", resize=(224, 224), interpolation=f)
    # Other targets, other shapes.
    for f in both:
        yield case(640, 360, 3, rule="exact", resize=(336, 336), interpolation=f, crop=(336, 336))
        yield case(500, 375, 0, 8, resize=(300, 0), interpolation=f, crop=(256, 288), rounding="floor", bgr=1)
        yield case(801, 601, 2, 2, resize=(64, 0), interpolation=f, crop=(33, 64))
        yield case(333, 500, 0, 1, rule="exact", resize=(1, 1), interpolation=f, crop=(1, 1))
        yield case(97, 89, 0, 5, rule="exact", resize=(3, 700), interpolation=f, crop=(2, 513))
    # Shrunk a lot: two passes.
    for o, f in itertools.product((1, 6), both):
        yield case(2000, 1500, 0, o, resize=(32, 0), interpolation=f, crop=(28, 28))
        yield case(3001, 97, 3, o, rule="exact", resize=(7, 11), interpolation=f, crop=(7, 11))
    # What cameras make.
    for o, f in ((1, "bilinear"), (6, "bicubic")):
        yield case(1920, 1080, 0, o, interpolation=f)
        yield case(4032, 3024, 0, o, interpolation=f)


def synthetic(args):
    import torch
    torch.set_num_threads(1)
    made = {}
    with open(args.out, "w", newline="\n", encoding="utf-8") as f:
        f.write(f"# By make_cases.py with Pillow {PIL.__version__}, torch {torch.__version__}: CRC-32 of the crop in RGB, of the input in float32 NCHW,\n"
                "# float16 NHWC and bfloat16 NHWC in the network's order of colours, ImageNet's mean and std.\n")
        out = csv.writer(f, lineterminator="\n")
        out.writerow([*FIELDS, "crop", "float32", "float16", "bfloat16"])
        n = 0
        for case in cases():
            key = case["pattern"], case["width"], case["height"]
            if key not in made:
                made = {key: picture(*key)}
            crop = reference(made[key], case)
            sums = [zlib.crc32(np.ascontiguousarray(a).tobytes()) for a in (crop, *network_inputs(crop, case["bgr"]))]
            out.writerow([*case.values(), *(f"{s:08x}" for s in sums)])
            n += 1
    print(f"{n} cases")


def kit(args):
    golden = args.kit / "golden"
    if not golden.is_dir():
        print(f"skipped: no kit at {args.kit}")
        sys.exit(SKIPPED)
    names = (golden / "files.txt").read_text(encoding="utf-8").split("\n")[:-1]
    crops = np.load(golden / "crops.npy")
    with open(args.kit / "photos/hard/hard.csv", encoding="utf-8") as f:
        exact = {row["file"] for row in csv.DictReader(f) if row["compare"] == "exact"}
    args.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for n, (name, crop) in enumerate(zip(names, crops, strict=True)):
        with Image.open(args.kit / name) as im:
            orientation = im.getexif().get(0x0112, 1)
            pixels = np.asarray(im.convert("RGB"))
        (args.out / f"{n}.rgb").write_bytes(pixels.tobytes())
        (args.out / f"{n}.crop").write_bytes(crop.tobytes())
        kind = "exact" if pathlib.PurePath(name).name in exact else "decoded"
        lines.append(f"{n} {pixels.shape[1]} {pixels.shape[0]} {orientation} {kind} {name}\n")
    (args.out / "index.txt").write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{len(lines)} pictures, Pillow {PIL.__version__}")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("what", choices=("synthetic", "kit"))
    a.add_argument("--out", type=pathlib.Path, required=True)
    a.add_argument("--kit", type=pathlib.Path)
    args = a.parse_args()
    if args.what == "kit" and not args.kit:
        a.error("--kit is needed")
    {"synthetic": synthetic, "kit": kit}[args.what](args)


if __name__ == "__main__":
    main()
