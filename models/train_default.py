"""Trains, measures and writes the default model: `python models/train_default.py --work DIR [--photos DIR]`. models/default.md tells what came out.

Needs Python 3.11+ with torch, torchvision, pillow and numpy, and npm and rsvg-convert on the path. DIR keeps packages, pictures and the
checkpoint, so that a stopped run goes on with --resume. `--minutes 0 --resume` only measures and writes.
"""
import argparse
import copy
import datetime
import functools
import math
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import distributed, nn

import bundle
import default_data
from default_augment import Augment
from exporters import features, manifest as rules, reference

SIZE = 48
GROWING = ((0.4, 32), (1.01, SIZE))    # until which share of the run pictures have which size: the same network, smaller is faster
BATCH, RATE, DECAY, WARM_UP, SMOOTHING, AVERAGE = 64, 3e-3, 0.03, 0.03, 0.08, 0.998
STYLE_WEIGHTS = {"outlined": 0.7, "lines": 0.45, "icons": 0.45, "mono": 0.6}
OUTLIERS = {"symbols": 2, "photos": 3, "textures": 1}   # pictures a batch with no right answer; loss against the uniform distribution
# photographs of these show things that drawings have too: neither a right answer nor none is taught
KNOWN_PHOTOS = {
    "Apple": "苹果", "Aubergine": "茄子", "Avocado": "牛油果", "Banana": "香蕉", "Brown-Cap-Mushroom": "蘑菇", "Carrots": "胡萝卜",
    "Cucumber": "黄瓜", "Garlic": "大蒜", "Ginger": "生姜", "Juice": "盒装饮料", "Kiwi": "猕猴桃", "Lemon": "柠檬", "Lime": "青柠", "Mango": "芒果",
    "Melon": "哈密瓜", "Milk": "牛奶", "Onion": "洋葱", "Orange": "橘子", "Satsumas": "橘子", "Peach": "桃子", "Pear": "梨", "Pepper": "甜椒",
    "Pineapple": "菠萝", "Potato": "土豆", "Tomato": "西红柿", "Cabbage": "青菜", "dress": "连衣裙", "hat": "草帽", "outwear": "外套",
    "pants": "裤子", "shirt": "衬衫", "shoes": "运动鞋", "shorts": "短裤", "t-shirt": "T恤"}
MEAN = STD = 0.5
ATTRIBUTION = ("Trained on pictures of Microsoft (Fluent Emoji, MIT), Twitter and contributors (Twemoji, CC BY 4.0), Google (Noto Emoji, Apache-2.0 and OFL 1.1), "
               "Mozilla (FxEmojis, CC BY 4.0), Emoji One and EmojiTwo (CC BY 4.0), Streamline (CC BY 4.0), ByteDance (IconPark, Apache-2.0), Phosphor Icons (MIT), "
               "Pictogrammers (Apache-2.0), Tabler (MIT), Lucide (ISC), MingCute (Apache-2.0), game-icons.net (CC BY 3.0), Marcus Klasson (MIT) and "
               "Alexey Grigorev (CC0); class names from Unicode CLDR (Unicode licence). Self-test pictures: Icons8 (MIT), "
               "Streamline (CC BY 4.0). Licences in full: models/ATTRIBUTION.md.")
SELFTEST = ("alarm-clock", "camera", "graduation-cap", "teapot", "bicycle")
PREPROCESSING = bundle.manifest(name="", family="", size="small", resize=bundle.shorter_side(SIZE), width=SIZE)["input"]


def convolution(inside, outside, kernel=3, stride=1):
    return [nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outside)]


class Block(nn.Module):
    """Two 3x3 convolutions beside a short cut; halves height and width."""

    def __init__(self, inside, outside):
        super().__init__()
        self.path = nn.Sequential(*convolution(inside, outside, 3, 2), nn.ReLU(True), *convolution(outside, outside))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), *convolution(inside, outside, 1))

    def forward(self, x):
        return F.relu(self.path(x) + self.shortcut(x))


class Network(nn.Sequential):
    """N x 3 x H x W, H and W multiples of 16, to N x classes logits."""

    def __init__(self, classes, widths=(32, 48, 96, 192), top=448):
        blocks = [Block(a, b) for a, b in zip(widths, widths[1:])]
        super().__init__(*convolution(3, widths[0], 3, 2), nn.ReLU(True), *blocks, *convolution(widths[-1], top, 1), nn.ReLU(True),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(top, classes))


class Pictures:
    """The training drawings with their classes and how often each is drawn, the held-out ones, and the photographs."""

    def __init__(self, work, photos):
        data = default_data.prepare(work / "drawings.npz", work / "packages")
        self.labels = sorted(set(data["labels"]) - {default_data.OUTLIER})
        number = {name: i for i, name in enumerate(self.labels)} | {default_data.OUTLIER: -1}
        self.styles = data["styles"]
        self.drawings = torch.from_numpy(data["pictures"])
        self.targets = torch.tensor([number[name] for name in data["labels"]])
        self.held = {}
        for style in sorted(set(data["held_styles"])):
            some = data["held_styles"] == style
            self.held[style] = data["held_pictures"][some], np.array([number[name] for name in data["held_labels"][some]])
        flat = self.drawings.flatten(1, 2)
        opaque = flat[..., 3].float().sum(1)
        self.dark = flat[..., :3].float().sum((1, 2)) / opaque.clamp(min=1) < 90
        counts = torch.bincount(self.targets[self.targets >= 0], minlength=len(self.labels)).float()
        weight = torch.tensor([self.style_weight(s) for s in self.styles])
        self.weights = torch.where(self.targets >= 0, weight / counts[self.targets.clamp(min=0)].sqrt(), 0.0).double()
        self.symbols = torch.nonzero(self.targets < 0).flatten()
        self.photos = {}
        if photos:
            for split in ("train", "val"):
                pictures, classes = default_data.photographs(photos, split, 96)
                self.photos[split] = torch.from_numpy(pictures), classes
        self.backgrounds = self.photos.get("train", (torch.full((1, 96, 96, 3), 255, dtype=torch.uint8), ["none"]))
        self.shrunk = {}

    @staticmethod
    def style_weight(style):
        name, _, variant = style.partition("/")
        if default_data.PACKAGES[name][1] == "icons":
            return STYLE_WEIGHTS["icons"]
        return STYLE_WEIGHTS["mono"] if name in default_data.LINE_STYLES else STYLE_WEIGHTS.get(variant, 1.0)


class Batches(torch.utils.data.IterableDataset):
    """Endless training batches; `progress` (0 to 1, shared) sets the size of the pictures and the share of hard ones."""

    def __init__(self, pictures, progress, seed):
        self.pictures, self.progress, self.seed = pictures, progress, seed

    def __iter__(self):
        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        p = self.pictures
        unknown = [i for i, c in enumerate(p.backgrounds[1]) if c not in KNOWN_PHOTOS]
        augment = Augment(p.drawings, p.dark, p.backgrounds[0], self.seed, p.shrunk)
        foreign = Augment(p.drawings, p.dark, p.backgrounds[0][unknown], self.seed + 1)
        symbols, photos, textures = OUTLIERS.values()
        while True:
            done = self.progress.value
            size = next(size for until, size in GROWING if done < until)
            hard = 0.15 + 0.5 * min(1.0, done / 0.6)
            known = torch.multinomial(p.weights, BATCH - symbols - photos - textures, replacement=True)
            x = augment(torch.cat([known, p.symbols[torch.randint(len(p.symbols), (symbols,))]]), size, hard)
            plain = torch.cat([foreign.photo(photos, size), augment.texture(textures, size)])
            plain = augment.spoil(plain, torch.ones(len(plain), dtype=torch.bool)).clamp(0, 1) * 255
            yield torch.cat([x, plain.to(torch.uint8)]), torch.cat([p.targets[known], torch.full((symbols + photos + textures,), -1)])


def network_input(x):
    return ((x.float() / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def loss_of(logits, y):
    known = y >= 0
    right = F.cross_entropy(logits[known], y[known], label_smoothing=SMOOTHING)
    none = -F.log_softmax(logits[~known], 1).mean()
    return right + none * float((~known).sum()) / len(y)


def train(pictures, args, checkpoint):
    """The averaged network, trained by args.trainers processes that share their gradients, and what was spent."""
    if args.minutes <= 0:
        state = torch.load(checkpoint, weights_only=True)
        network = Network(len(pictures.labels))
        network.load_state_dict(state["average"])
        return network.eval(), state
    shrinker = Augment(pictures.drawings, pictures.dark, pictures.backgrounds[0], 0, pictures.shrunk)
    for _, size in GROWING:
        shrinker.drawings_for(size)
    context = torch.multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        others = [context.Process(target=learn, args=(rank, Path(folder) / "meeting", pictures, args, checkpoint), daemon=False) for rank in range(1, args.trainers)]
        for other in others:
            other.start()
        result = learn(0, Path(folder) / "meeting", pictures, args, checkpoint)
        for other in others:
            other.join()
    return result


def learn(rank, meeting, pictures, args, checkpoint):
    """One of the training processes. All hold the same weights; the first one keeps the time, the average and the checkpoint."""
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=args.trainers, timeout=datetime.timedelta(hours=6))
    torch.manual_seed(args.seed)
    network = Network(len(pictures.labels)).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    decayed = [p for p in network.parameters() if p.ndim > 1]
    other = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": other, "weight_decay": 0.0}], RATE, fused=True)
    state = {"spent": 0.0, "step": 0, "seen": 0}
    if args.resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
    spent, step, seen = state["spent"], state["step"], state["seen"]
    budget = args.minutes * 60
    progress = torch.multiprocessing.get_context("fork").Value("d", min(1.0, spent / budget))
    batches = iter(torch.utils.data.DataLoader(Batches(pictures, progress, args.seed + 1000 * step + rank), batch_size=None, num_workers=1,
                                               prefetch_factor=6, multiprocessing_context="fork"))
    saved = told = spent
    loss_sum, losses = 0.0, 0
    network.train()
    last = time.monotonic()
    while True:
        done = torch.tensor([spent / budget])
        distributed.broadcast(done, 0)
        done = done.item()
        progress.value = min(1.0, done)
        if done >= 1:
            break
        x, y = next(batches)
        loss = loss_of(network(network_input(x)), y)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        share_gradients(network, args.trainers)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(done)
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        step, seen, loss_sum, losses = step + 1, seen + len(x) * args.trainers, loss_sum + loss.item(), losses + 1
        if rank > 0:
            continue
        follow(average, network, min(AVERAGE, (step + 1) / (step + 10)))
        now = time.monotonic()
        spent, last = spent + now - last, now
        if spent - told >= 60 or spent >= budget:
            print(f"{spent / 60:5.1f} min  {seen / spent:4.0f} pictures/s  loss {loss_sum / losses:.3f}  {quick(average, pictures)}", flush=True)
            told, loss_sum, losses = spent, 0.0, 0
        if spent - saved >= 60 or spent >= budget:
            torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "spent": spent,
                        "step": step, "seen": seen}, f"{checkpoint}.new")
            os.replace(f"{checkpoint}.new", checkpoint)
            saved = spent
        while args.pause_file and args.pause_file.exists():
            time.sleep(1)
            last = time.monotonic()
    distributed.destroy_process_group()
    return average, {"spent": spent, "seen": seen}


def rate_at(done):
    """Warm-up, then a cosine down to a hundredth."""
    if done < WARM_UP:
        return RATE * done / WARM_UP
    return RATE * (0.01 + 0.99 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2)


def share_gradients(network, trainers):
    """Every process gets the mean of all."""
    if trainers > 1:
        gradients = [p.grad for p in network.parameters()]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        distributed.all_reduce(flat)
        for gradient, mean in zip(gradients, flat.div_(trainers).split([g.numel() for g in gradients])):
            gradient.copy_(mean.view(gradient.shape))


@torch.no_grad()
def follow(average, network, keep):
    """The exponential moving average of weights and batch statistics."""
    pairs = [(a, n) for a, n in zip(average.state_dict().values(), network.state_dict().values()) if a.is_floating_point()]
    torch._foreach_lerp_([a for a, _ in pairs], [n for _, n in pairs], 1 - keep)


def on_white(picture):
    a = picture.astype(np.uint16)
    return Image.fromarray((a[..., :3] + 255 - a[..., 3:]).clip(0, 255).astype(np.uint8))


def resized(image):
    """As the manifest says: shorter side to SIZE, bilinear with antialias, cut from the middle."""
    return torch.from_numpy(np.array(reference.resize_and_crop(image, PREPROCESSING))).permute(2, 0, 1)


@torch.inference_mode()
def logits_of(network, x):
    network.eval()
    return torch.cat([network(network_input(part)) for part in x.split(256)])


def hits(logits, y):
    """Shares of top-1 and top-5, in percent."""
    top = logits.topk(5, 1).indices == torch.as_tensor(y)[:, None]
    return 100 * top[:, 0].float().mean().item(), 100 * top.any(1).float().mean().item()


@functools.cache
def held_out(pictures, style):
    drawn, y = pictures.held[style]
    some = y >= 0
    return torch.stack([resized(on_white(p)) for p in drawn[some]]), y[some]


def quick(network, pictures):
    x, y = held_out(pictures, "val:emojione-v1")
    return "validation style top-1 %.1f top-5 %.1f" % hits(logits_of(network, x), y)


def area_under_curve(good, bad):
    """AUROC: the chance that a good score is above a bad one."""
    order = np.argsort(np.concatenate([bad, good]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    return (ranks[len(bad):].sum() - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad))


def on_grounds(pictures, style, seed):
    """The held-out drawings unmoved and unspoilt, on random solid, graded, textured and photographed backgrounds."""
    drawn, y = pictures.held[style]
    some = np.flatnonzero(y >= 0)
    photos = pictures.photos["val"][0] if pictures.photos else torch.full((1, 96, 96, 3), 255, dtype=torch.uint8)
    ground = Augment(None, None, photos, seed)
    torch.manual_seed(seed)
    made = []
    for p in drawn[some]:
        p = torch.from_numpy(p).permute(2, 0, 1).float() / 255
        made.append(resized(Image.fromarray(((p[:3] + (1 - p[3:]) * ground.grounds(1, p.shape[-1], 0.0)[0]) * 255).byte().permute(1, 2, 0).numpy())))
    return torch.stack(made), y[some]


def best(logits):
    score, index = logits.softmax(1).max(1)
    return score.numpy(), index.numpy()


def accepted(logits, y, threshold):
    """(share of pictures at or above the threshold, share of those that are right), in percent."""
    score, index = best(logits)
    over = score >= threshold
    return 100 * over.mean(), 100 * (index[over] == np.asarray(y)[over]).mean() if over.any() else float("nan")


def choose_threshold(network, pictures):
    """The smallest multiple of 0.05 at which nine of ten accepted drawings of the validation style (half on white, half on random
    backgrounds) are right and at most 3 % of photos-kit's validation photographs without a class pass."""
    parts = [held_out(pictures, "val:emojione-v1"), on_grounds(pictures, "val:emojione-v1", 1)]
    logits = torch.cat([logits_of(network, x) for x, _ in parts])
    y = np.concatenate([y for _, y in parts])
    foreign = best(logits_of(network, photographs(pictures, known=False)[0]))[0] if pictures.photos else np.zeros(1)
    for threshold in np.arange(0.05, 1, 0.05).round(2):
        if accepted(logits, y, threshold)[1] >= 90 and (foreign >= threshold).mean() <= 0.03:
            return float(threshold)
    return 0.95


def photographs(pictures, known):
    """photos-kit's validation photographs whose class drawings have too (known) or have not."""
    x, classes = pictures.photos["val"]
    some = [i for i, c in enumerate(classes) if (KNOWN_PHOTOS.get(c) in pictures.labels) == known]
    return torch.stack([resized(Image.fromarray(x[i].numpy())) for i in some]), [KNOWN_PHOTOS.get(classes[i]) for i in some]


def report(network, pictures, threshold, extra_photos):
    """Prints the table of numbers as Markdown."""
    print(f"\n{sum(p.numel() for p in network.parameters())} parameters, {len(pictures.labels)} classes, {int((pictures.weights > 0).sum())} training drawings, "
          f"threshold {threshold}\n\n| pictures | number | top-1 % | top-5 % | accepted % | right among accepted % |\n| --- | --- | --- | --- | --- | --- |")

    def row(name, x, y):
        logits = logits_of(network, x)
        print("| %s | %d | %.1f | %.1f | %.1f | %.1f |" % (name, len(y), *hits(logits, y), *accepted(logits, y, threshold)), flush=True)
        return best(logits)[0]

    good = {}
    for style in sorted(pictures.held):
        good[style] = row(f"{style}, on white", *held_out(pictures, style))
        if "black" not in style:
            row(f"{style}, on random backgrounds", *on_grounds(pictures, style, 2))
    torch.manual_seed(3)
    for style in sorted(set(pictures.styles)):
        some = torch.from_numpy(np.flatnonzero((pictures.styles == style) & (pictures.targets.numpy() >= 0)))
        some = some[torch.randperm(len(some))[:600]]
        augment = Augment(pictures.drawings, pictures.dark, pictures.backgrounds[0], 3)
        row(f"trained on: {style}, augmented anew", torch.cat([augment(part, SIZE, 0.8) for part in some.split(64)]), pictures.targets[some].numpy())
    for style, name in (("val:emojione-v1", "symbols of the validation style"), ("test:openmoji-color", "symbols of OpenMoji")):
        drawn, y = pictures.held[style]
        bad = best(logits_of(network, torch.stack([resized(on_white(p)) for p in drawn[y < 0]])))[0]
        print(f"\n{name} (no class): {len(bad)}, {100 * (bad >= threshold).mean():.1f} % accepted, AUROC against its drawings {area_under_curve(good[style], bad):.3f}")
    if pictures.photos:
        number = {name: i for i, name in enumerate(pictures.labels)}
        x, names = photographs(pictures, known=True)
        print("photographs (photos-kit val) of things with a class: %d, top-1 %.1f %%, top-5 %.1f %%, accepted %.1f %%, right among them %.1f %%" % (
            len(names), *hits(logits_of(network, x), [number[n] for n in names]), *accepted(logits_of(network, x), [number[n] for n in names], threshold)))
        bad = best(logits_of(network, photographs(pictures, known=False)[0]))[0]
        print(f"photographs (photos-kit val) of things without a class: {len(bad)}, {100 * (bad >= threshold).mean():.1f} % accepted; AUROC against "
              + ", ".join(f"{style} {area_under_curve(good[style], bad):.3f}" for style in sorted(good)))
    for path in sorted(p for p in extra_photos.glob("*") if p.suffix in (".jpg", ".png")) if extra_photos else []:
        score, index = (v[0] for v in best(logits_of(network, resized(Image.open(path).convert("RGB"))[None])))
        print(f"{path.name}: {pictures.labels[index]} {score:.2f} {'accepted' if score >= threshold else 'not recognised'}")


def write(network, pictures, threshold, args):
    sources = "drawings of " + ", ".join(sorted({default_data.PACKAGES[s.split('/')[0]][0] for s in pictures.styles}))
    manifest = bundle.manifest(name="wwts-default", family="wwts", size="small", version=args.version, source=sources, license="Apache-2.0",
                               attribution=ATTRIBUTION, resize=bundle.shorter_side(SIZE), width=SIZE, alpha="white",
                               mean=(MEAN,) * 3, std=(STD,) * 3, threshold=threshold)
    shown = [path.read_bytes() for path in args.selftest]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    whole, embedding = features.beside_logits(copy.deepcopy(network).to(memory_format=torch.contiguous_format).eval(), manifest["input"])
    rules.add_embedding(manifest, embedding)
    bundle.save(whole, manifest, pictures.labels, shown or None, args.out)
    args.out.with_name(f"{args.out.stem}-labels.txt").write_text("".join(f"{name}\n" for name in pictures.labels), encoding="utf-8")
    print(f"\n{args.out}: {args.out.stat().st_size} bytes")


def options():
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for packages, drawings and the checkpoint (1.5 GB)")
    parser.add_argument("--photos", type=Path, help="photos-kit: backgrounds, and photographs that are not to be recognised")
    parser.add_argument("--extra-photos", type=Path, help="folder of other photographs, named one by one in the report")
    parser.add_argument("--out", type=Path, default=here / "default.pt", help="the model file (default: %(default)s)")
    parser.add_argument("--selftest", type=Path, nargs="*", default=[here / "samples" / f"{name}.png" for name in SELFTEST],
                        help="PNG pictures for the self-test (default: %s of models/samples)" % ", ".join(SELFTEST))
    parser.add_argument("--minutes", type=float, default=60, help="of training; 0: none, with --resume measures and writes the checkpoint (default: %(default)s)")
    parser.add_argument("--resume", action="store_true", help="goes on from the checkpoint in --work")
    parser.add_argument("--trainers", type=int, default=2, help="processes that train, each with one thread and another process that makes its batches (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--version", default="1.0", help="of the model, for its manifest")
    parser.add_argument("--threshold", type=float, help="takes this instead of choosing one")
    parser.add_argument("--pause-file", type=Path, help="training waits while this file exists; the wait does not count")
    return parser.parse_args()


def main():
    args = options()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(args.work, args.photos)
    print(f"{len(pictures.labels)} classes, {len(pictures.styles)} drawings", flush=True)
    network, run = train(pictures, args, args.work / "checkpoint.pt")
    print(f"trained {run['spent'] / 60:.1f} minutes, {run['seen']} pictures seen")
    threshold = args.threshold if args.threshold is not None else choose_threshold(network, pictures)
    write(network, pictures, threshold, args)
    report(network, pictures, threshold, args.extra_photos)


if __name__ == "__main__":
    sys.exit(main())
