#!/usr/bin/env python3
"""What CLIPTokenizer makes of characters and texts, for the tokenizer in Java.

    python models/clip_tokens.py characters > src/main/resources/dev/wwts/internal/tokenizer/clip-characters.txt
    python models/clip_tokens.py composing > src/main/resources/dev/wwts/internal/tokenizer/composing-characters.txt
    python models/clip_tokens.py train clip|gemma FOLDER PIECES FILE…  # a tokenizer, learnt from the texts in files
    python models/clip_tokens.py write FOLDER > tokenizer.json   # what a model file has of it: the manifest's `text`, and the entries
    python models/clip_tokens.py texts FOLDER COUNT LENGTH > texts.jsonl

FOLDER is a tokenizer's of transformers (5 or newer): CLIP's or SigLIP 2's.
"""
import json
import pathlib
import random
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers

import bert_tokens
from bert_tokens import POINTS, ranges
from exporters import tokens

SPACES = normalizers.Replace(Regex(r"\s+"), " ")
LOWER = normalizers.Lowercase()
COMPOSE, DECOMPOSE = normalizers.NFC(), normalizers.NFD()
HANGUL = [*range(0x1100, 0x1200), *range(0xA960, 0xA980), *range(0xAC00, 0xD800)]


def told(what):
    print(f"# Made by models/clip_tokens.py with tokenizers {tokenizers.__version__}: {what}.")


def kind(point):
    """What CLIP's regular expressions take a character for."""
    if SPACES.normalize_str(chr(point)) == " ":
        return "space"
    letters, others = (len(tokens.CLIP_SPLITTER.pre_tokenize_str(around + chr(point) + around)) for around in "a!")
    if {letters, others} - {1, 3} or letters == others == 1:
        raise SystemExit(f"U+{point:04X} is cut into {letters} and {others}")
    return "letter" if letters == 1 else "other" if others == 1 else "number"


def characters():
    told("what its regular expressions take characters for, others for punctuation, and what they are in lower case")
    kinds = {point: kind(point) for point in POINTS}
    for name in ("letter", "number", "space"):
        for first, last in ranges(point for point in POINTS if kinds[point] == name):
            print(f"{name} {first:x} {last:x}")
    for point in POINTS:
        lower = LOWER.normalize_str(chr(point))
        if lower != chr(point):
            print(f"write {point:x} {' '.join(f'{ord(character):x}' for character in lower)}")


def composing():
    """Characters that NFC may change, or whose neighbours it may change for them."""
    told("those that its NFC knows as parts of others, as composed of others, or as marks")
    found = set(HANGUL)
    for point in POINTS:
        apart = DECOMPOSE.normalize_str(chr(point))
        if apart != chr(point) or COMPOSE.normalize_str(chr(point)) != chr(point):
            found |= {point, *map(ord, apart)}
            if unicodedata.normalize("NFD", chr(point)) != apart:
                raise SystemExit(f"U+{point:04X} is composed otherwise than in Unicode {unicodedata.unidata_version}")
        elif unicodedata.combining(chr(point)) and is_sorted(point):
            found.add(point)
    for point in list(found):  # parts that are composed themselves, of which a composition of three is made
        half = unicodedata.decomposition(chr(point))
        if half and not half.startswith("<"):
            found |= {int(part, 16) for part in half.split()}
    for first, last in ranges(sorted(found)):
        print(f"composing {first:x} {last:x}")


def is_sorted(point):
    """Whether it is known as a mark: then it changes its place with one of another class."""
    marks = ["\u0334", "\u0345"]  # of classes 1 and 240
    own = unicodedata.combining(chr(point))
    before, behind = (chr(point) + marks[0], marks[0] + chr(point)) if own > 1 else (marks[1] + chr(point), chr(point) + marks[1])
    return DECOMPOSE.normalize_str("x" + before) == "x" + behind


def train(style, folder, pieces, files):
    texts = [line.strip().lower() for file in files for line in pathlib.Path(file).read_text(encoding="utf-8", errors="ignore").splitlines()]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = {"clip": train_clip, "gemma": train_gemma}[style](folder, pieces, texts)
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def train_clip(folder, pieces, texts):
    """As CLIP's: bytes, bytes that end a word, what is merged of them, and two tokens at the end."""
    model = tokenizers.Tokenizer(tokenizers.models.BPE(end_of_word_suffix="</w>", continuing_subword_prefix="", fuse_unk=False))
    model.pre_tokenizer = tokens.CLIP_SPLITTER
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=pieces + 512, end_of_word_suffix="</w>", show_progress=False)
    model.train_from_iterator(texts, trainer)
    merges = [tuple(pair) for pair in json.loads(model.to_str())["model"]["merges"]]
    vocabulary = [byte + end for end in ("", "</w>") for byte in tokens.CLIP_BYTES]
    known = set(vocabulary)
    kept = []
    for left, right in merges:
        if len(vocabulary) == pieces - 2:
            break
        if left + right not in known:
            vocabulary.append(left + right)
            known.add(left + right)
        kept.append((left, right))
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in kept), encoding="utf-8")
    return {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}


GEMMA_ADDED = ["\n\n", "\n\n\n", "\u2581\u2581", "\u2581\u2581\u2581", "<table>", "<start_of_turn>"]


def train_gemma(folder, pieces, texts):
    """As Gemma's in SigLIP 2: special tokens, added ones, bytes, characters and what is merged of them."""
    first = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *GEMMA_ADDED, *(f"<0x{byte:02X}>" for byte in range(256))]
    model = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    model.normalizer = tokens.GEMMA_LOWER_WRITER
    model.pre_tokenizer = tokenizers.pre_tokenizers.Split("\u2581", behavior="merged_with_next", invert=False)  # or a line would be a word
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=pieces, special_tokens=first, limit_alphabet=pieces // 4, show_progress=False)
    model.train_from_iterator(texts, trainer)
    model.post_processor = tokenizers.processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", first.index("<eos>"))])
    told = json.loads(model.to_str())
    model.pre_tokenizer = tokens.GEMMA_SPLITTER
    told["pre_tokenizer"] = json.loads(model.to_str())["pre_tokenizer"]
    named = first[:5 + len(GEMMA_ADDED)]
    told["added_tokens"] = [token for token in told["added_tokens"] if token["content"] in named]
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    added = {i: {"content": token, "special": i < 5, "normalized": False, "single_word": False, "lstrip": False, "rstrip": False} for i, token in enumerate(named)}
    return {"tokenizer_class": "Siglip2Tokenizer", "model_max_length": 64, "padding_side": "right", "added_tokens_decoder": added}


def text(source, pieces):
    """As bert_tokens.text, with what CLIP and Gemma have of their own."""
    made = bert_tokens.text(source, pieces)
    while source.random() < 0.4:
        at = source.randint(0, len(made))
        own = source.choice(["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "''s", "<|startoftext|>", "<|endoftext|>", "<|ENDOFTEXT|>", "<|endoftext|", "!<|endoftext|>!",
                             "<eos>", "<pad>", "<BOS>", "<0x41>", "\u2581", "  ", "\n\n", "e\u0301", "\u0301\u0334", "\u1100\u1161\u11a8", "\u0130", "\u03a3\u03a3", "\u1e9e", "12345",
                             "\u0344", "\u2126", "\u212b", "\ufb1d", "\U0001d15e", "\u0f73\u0f71", "a\u05b0\u05bc\u0301", "\u3042\u3099", "\u0958"])
        made = made[:at] + own + made[at:]
    return made


def shown(tokenizer):
    """The pieces of a vocabulary as they stand in texts."""
    values = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    values = dict(zip(tokens.CLIP_BYTES, values + [byte for byte in range(256) if byte not in values]))

    def one(piece):
        if type(tokenizer).__name__ != "CLIPTokenizer":
            return piece.replace("\u2581", " ")
        return bytes(values[character] for character in piece.removesuffix("</w>")).decode("utf-8", errors="ignore") or "x"
    return [one(piece) for piece in tokenizer.get_vocab()]


def texts(folder, count, length):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    pieces = shown(tokenizer)
    source = random.Random(count)
    for start in range(0, count, 1000):
        some = [text(source, pieces)[:10000] for _ in range(min(1000, count - start))]
        ids = tokenizer(some, truncation=True, max_length=length)["input_ids"]
        for one, its in zip(some, ids):
            print(json.dumps({"text": one, "ids": its, "length": length}))


def write(folder):
    from transformers import AutoTokenizer

    own = tokens.of(AutoTokenizer.from_pretrained(folder))
    entries = {name: data.decode() for name, data in own.entries().items()}
    print(json.dumps({"text": own.fields(), **entries}))


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or [""]
    if command in ("characters", "composing") and not rest:
        {"characters": characters, "composing": composing}[command]()
    elif command == "train" and len(rest) > 3:
        train(rest[0], rest[1], int(rest[2]), rest[3:])
    elif command == "write" and len(rest) == 1:
        write(rest[0])
    elif command == "texts" and len(rest) == 3:
        texts(rest[0], int(rest[1]), int(rest[2]))
    else:
        raise SystemExit(__doc__)
