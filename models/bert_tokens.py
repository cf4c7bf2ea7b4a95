#!/usr/bin/env python3
"""What BertTokenizer makes of characters and texts, for the tokenizer in Java.

    python models/bert_tokens.py characters > src/main/resources/dev/wwts/internal/tokenizer/bert-characters.txt
    python models/bert_tokens.py texts VOCABULARY COUNT LENGTH > texts.jsonl

Needs transformers (5 or newer, whose BertTokenizer is that of the package tokenizers).
"""
import json
import random
import sys

import tokenizers
from tokenizers import normalizers, pre_tokenizers

NORMALIZER = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
SPLITTER = pre_tokenizers.BertPreTokenizer()
POINTS = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)
# combining marks of classes far apart: a mark that is sorted stands before the one and behind the other
HIGH_MARK, LOW_MARK = "\u302e", "\u1b44"


def ranges(points):
    found = []
    for point in points:
        if found and point == found[-1][1] + 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def is_sorted_mark(character):
    before = NORMALIZER.normalize_str("x" + HIGH_MARK + character)
    behind = NORMALIZER.normalize_str("x" + character + LOW_MARK)
    return len(before) == len(behind) == 3 and (before[1] == character or behind[1] == LOW_MARK)


def kinds():
    """The kind of each character that is not simply part of a word, and what is written for it."""
    kind, written = {}, {}
    for point in POINTS:
        character = chr(point)
        normal = NORMALIZER.normalize_str(character)
        words = [word for word, _ in SPLITTER.pre_tokenize_str(NORMALIZER.normalize_str("a" + character + "b"))]
        if normal == "":
            kind[point] = "removed"
        elif words == ["a", "b"]:
            kind[point] = "space"
        elif words == ["a", normal.strip(), "b"]:
            kind[point] = "alone"
        elif words != ["a" + normal + "b"]:
            raise SystemExit(f"U+{point:04X} is cut as {words}")
        elif is_sorted_mark(character):
            kind[point] = "mark"
        if kind.get(point) not in ("removed", "space") and normal.strip() != character and point not in HANGUL:
            written[point] = normal.strip()
    for point, text in written.items():
        alone = [kind.get(ord(character)) == "alone" for character in text]
        if any(alone) != (kind.get(point) == "alone") or any(alone) and len(text) > 1:
            raise SystemExit(f"U+{point:04X} is not of the kind of {text!r}")
    return kind, written


def characters():
    kind, written = kinds()
    print(f"# Made by models/bert_tokens.py with tokenizers {tokenizers.__version__}: what BertNormalizer and BertPreTokenizer make of")
    print("# characters. Their Unicode tables are older than Java's and Python's, so neither can stand in for them.")
    print("removed d800 dfff")  # half of a pair, which only Java's strings can hold
    for name in ("removed", "space", "alone", "mark"):
        for first, last in ranges(point for point in POINTS if kind.get(point) == name):
            print(f"{name} {first:x} {last:x}")
    for point, text in written.items():
        print(f"write {point:x} {' '.join(f'{ord(character):x}' for character in text)}")


ALPHABETS = [
    range(0x20, 0x7F), range(0x4E00, 0x9FFF), range(0x3400, 0x4DBF), range(0x20000, 0x2A6E0), range(0xF900, 0xFB00),
    range(0xFF00, 0xFFF0), range(0x3000, 0x3040), range(0x3041, 0x3100), range(0xAC00, 0xD7A4), range(0x00A0, 0x0250),
    range(0x0370, 0x0530), range(0x0590, 0x0780), range(0x0900, 0x0E80), range(0x1E00, 0x2000), range(0x2000, 0x2100),
    range(0x2100, 0x2C00), range(0x1F300, 0x1FAFF), range(0x0000, 0x0020), range(0x007F, 0x00A0), range(0x0300, 0x0370),
    range(0xFE00, 0xFE70), range(0x1D100, 0x1D800), range(0xE000, 0xE010), [0xFFFD, 0xFEFF, 0x200D, 0xFE0F, 0x10FFFF, 0x2B820, 0x2B920],
    POINTS,
]
SPECIAL = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "[cls]", "[ SEP]", "[[SEP]]", "##a", "##的"]


def text(source, pieces):
    """A text of one of many kinds: words of the vocabulary, scripts mixed, very long ones."""
    style = source.random()
    size = source.choice([3, 8, 20, 60]) if style < 0.99 else source.choice([300, 2000, 10000])
    alphabets = source.choices(ALPHABETS, k=source.randint(1, 3))
    built = []
    while len(built) < size:
        roll = source.random()
        if roll < 0.35:
            built.append(source.choice(pieces).removeprefix("##"))
        elif roll < 0.45:
            built.append(source.choice([" ", " ", "\t", "\n", "\u3000", "-", "，", "'"]))
        elif roll < 0.46:
            built.append(source.choice(SPECIAL))
        elif roll < 0.48:
            built.append(source.choice("abc的") * source.choice([2, 99, 100, 101, 150]))
        else:
            built.append(chr(source.choice(source.choice(alphabets))))
    joined = "".join(built)
    return joined.upper() if source.random() < 0.2 else joined


def texts(vocabulary, count, length):
    from transformers import BertTokenizer

    tokenizer = BertTokenizer(vocabulary)
    pieces = [line.rstrip("\n") for line in open(vocabulary, encoding="utf-8")]
    source = random.Random(count)
    for start in range(0, count, 1000):
        some = [text(source, pieces)[:10000] for _ in range(min(1000, count - start))]
        ids = tokenizer(some, padding="max_length", truncation=True, max_length=length)["input_ids"]
        for one, its in zip(some, ids):
            print(json.dumps({"text": one, "ids": its}))


if __name__ == "__main__":
    if sys.argv[1:] == ["characters"]:
        characters()
    elif len(sys.argv) == 5 and sys.argv[1] == "texts":
        texts(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        raise SystemExit(__doc__)
