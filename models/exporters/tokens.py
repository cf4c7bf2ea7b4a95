"""How a text becomes ids: what a model file carries of a tokenizer of transformers, or an error that names what it cannot carry."""
import json

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from . import ExportError

VOCABULARY, PIECES, MERGES = "text/vocabulary.txt", "text/vocabulary.json", "text/merges.txt"
CLIP_WRITER = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
CLIP_SPLITTER = pre_tokenizers.Sequence([
    pre_tokenizers.Split(Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True),
    pre_tokenizers.ByteLevel(add_prefix_space=False)])
GEMMA_WRITER = normalizers.Replace(" ", "▁")
GEMMA_LOWER_WRITER = normalizers.Sequence([normalizers.Lowercase(), GEMMA_WRITER])
GEMMA_SPLITTER = pre_tokenizers.Split(" ", behavior="merged_with_previous", invert=False)
SHOWN = [chr(byte) for byte in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))]
CLIP_BYTES = SHOWN + [chr(256 + i) for i in range(256 - len(SHOWN))]
"""What stands for bytes in GPT-2's and CLIP's pieces."""


class Bert:
    """BertTokenizer, lower-cased."""

    def __init__(self, tokenizer, longest_word):
        self.tokenizer, self.longest_word = tokenizer, longest_word
        self.words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
        self.size, self.pad, self.end = len(self.words), tokenizer.pad_token_id, tokenizer.sep_token_id

    def __call__(self, texts, length):
        return _padded(self.tokenizer, texts, length)

    def fields(self):
        return {"tokenizer": "bert", "vocabulary": VOCABULARY, "longest_word": self.longest_word}

    def entries(self):
        broken = [word for word in self.words if "\r" in word or "\n" in word]
        if broken:
            raise ExportError(f"the vocabulary has line ends within words, as in {broken[0]!r}")
        return {VOCABULARY: "".join(word + "\n" for word in self.words).encode()}


class Pairs:
    """A tokenizer of byte-pair encoding: CLIP's, or Gemma's as SigLIP 2 has it."""

    def __init__(self, tokenizer, style, pieces, merges, special):
        self.tokenizer, self.style, self.pieces, self.merges, self.special = tokenizer, style, pieces, merges, special
        self.size, self.pad, self.end = len(pieces), special["pad"], special["end"]

    def __call__(self, texts, length):
        return _padded(self.tokenizer, texts, length)

    def fields(self):
        return {**self.style, "vocabulary": PIECES, "merges": MERGES, **self.special}

    def entries(self):
        ids = {piece: i for i, piece in enumerate(self.pieces)}
        merges = "".join(f"{ids[left]} {ids[right]}\n" for left, right in self.merges)
        return {PIECES: (json.dumps(self.pieces, ensure_ascii=False) + "\n").encode(), MERGES: merges.encode()}


def of(tokenizer):
    """What is carried of a tokenizer of transformers."""
    name = type(tokenizer).__name__
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ExportError(f"{name} is not known here: CLIP's tokenizer and SigLIP 2's (Gemma's) are, and SigLIP's first one (SentencePiece) is not")
    told = json.loads(backend.to_str())
    style = _style(told, name)
    if tokenizer.padding_side != "right" or tokenizer.truncation_side != "right":
        raise ExportError(f"{name} pads or cuts texts on the left, which a model file cannot carry")
    vocabulary = tokenizer.get_vocab()
    pieces = sorted(vocabulary, key=vocabulary.get)
    if sorted(vocabulary.values()) != list(range(len(pieces))):
        raise ExportError(f"the ids of {name} have gaps")
    needed = [byte + end for byte in CLIP_BYTES for end in ("", "</w>")] if style["tokenizer"] == "clip" else [f"<0x{byte:02X}>" for byte in range(256)]
    missing = [piece for piece in needed if piece not in vocabulary]
    if missing:
        raise ExportError(f"the vocabulary of {name} lacks {len(missing)} of its bytes, the first is {missing[0]}")
    merges = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in told["model"]["merges"]]
    return Pairs(tokenizer, style, pieces, merges, _special(tokenizer, told, name))


def _style(told, name):
    """Which of the known ways it goes, compared part by part: another one would give other ids."""
    model = {key: told["model"].get(key) or None for key in ("type", "dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges")}
    for style, writer, splitter, suffix, falls_back in (
            ({"tokenizer": "clip"}, CLIP_WRITER, CLIP_SPLITTER, "</w>", None),
            ({"tokenizer": "gemma", "lowercase": False}, GEMMA_WRITER, GEMMA_SPLITTER, None, True),
            ({"tokenizer": "gemma", "lowercase": True}, GEMMA_LOWER_WRITER, GEMMA_SPLITTER, None, True)):
        known = Tokenizer(models.BPE())
        known.normalizer, known.pre_tokenizer = writer, splitter
        known = json.loads(known.to_str())
        expected = {"type": "BPE", "dropout": None, "continuing_subword_prefix": None, "end_of_word_suffix": suffix, "byte_fallback": falls_back, "ignore_merges": None}
        if (told["normalizer"], told["pre_tokenizer"], model) == (known["normalizer"], known["pre_tokenizer"], expected):
            return style
    raise ExportError(f"{name} is not known here: CLIP's tokenizer and SigLIP 2's (Gemma's) are, and SigLIP's first one (SentencePiece) is not")


def _special(tokenizer, told, name):
    """The ids with a meaning of their own: what stands around a text, fills it up, or is cut out of it."""
    empty, one = (tokenizer(text)["input_ids"] for text in ("", "a"))
    if not 1 <= len(empty) <= 2 or one[:len(empty) - 1] != empty[:-1] or one[-1] != empty[-1]:
        raise ExportError(f"{name} does not end a text with a token of its own, and begin it with one at most")
    if tokenizer.pad_token_id is None:
        raise ExportError(f"{name} has no token that fills up a text")
    added, normalised = [], []
    for token in told["added_tokens"]:
        if token["single_word"] or token["lstrip"] or token["rstrip"]:
            raise ExportError(f"{name} takes what is around {token['content']!r} for a part of it, which a model file cannot carry")
        if token["normalized"] and tokenizer.backend_tokenizer.normalizer.normalize_str(token["content"]) != token["content"]:
            raise ExportError(f"{name} looks for {token['content']!r} in another writing, which a model file cannot carry")
        (normalised if token["normalized"] else added).append(token["id"])
    start = {"start": empty[0]} if len(empty) == 2 else {}
    return {**start, "end": empty[-1], "pad": tokenizer.pad_token_id, "added_tokens": added, "normalised_tokens": normalised}


def _padded(tokenizer, texts, length):
    """Texts to ids, texts x length."""
    return tokenizer(texts, padding="max_length", truncation=True, max_length=length, return_tensors="pt")["input_ids"]
