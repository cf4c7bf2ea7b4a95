"""Folders for measuring galleries and heads on a kit's photographs: links to some examples of each class, drawn by a seed.

    python models/gallery_folders.py ../shared/things-kit --source caltech101 --foreign openstax howtocook recipes --out things

makes things/1, things/3, things/10 and things/all of the split `train`, things/without of all but every fifth class, things/val, and things/foreign/other. What
`wwts gallery add`, `evaluate` and `train-head` are given then; which examples these are follows from the seed alone.
"""
import argparse
import csv
import os
import pathlib

import numpy as np

SIZES = (1, 3, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kit", type=pathlib.Path, help="things-kit or photos-kit")
    parser.add_argument("--source", help="the source whose pictures have classes (default: all)")
    parser.add_argument("--foreign", nargs="*", default=[], help="sources of foreign pictures, of both splits")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    table = next(args.kit.glob("*.csv"))
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    own = [row for row in rows if args.source in (None, row["source"])]
    files = {split: group(row["file"] for row in own if row["split"] == split) for split in ("train", "val")}
    random = np.random.default_rng(args.seed)
    for size in SIZES:
        link(args, str(size), {name: [paths[i] for i in random.permutation(len(paths))[:size]] for name, paths in files["train"].items()})
    link(args, "all", files["train"])
    link(args, "without", {name: paths for i, (name, paths) in enumerate(files["train"].items()) if i % 5})
    link(args, "val", files["val"])
    link(args, "foreign", {"other": [row["file"] for row in rows if row["source"] in args.foreign]})


def group(files):
    """By the names of their folders, in the order of these; files in the table's."""
    groups = {}
    for file in files:
        groups.setdefault(pathlib.Path(file).parent.name, []).append(file)
    return dict(sorted(groups.items()))


def link(args, name, groups):
    for label, files in groups.items():
        folder = args.out / name / label
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            os.symlink((args.kit / file).resolve(), folder / file.replace("/", "-"))


if __name__ == "__main__":
    main()
