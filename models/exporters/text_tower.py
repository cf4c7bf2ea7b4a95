"""A text tower beside the image's: the network from ids to embeddings, its vocabulary, and what both answer to some texts."""
import dataclasses
import typing

import torch
from torch import nn
from torch.nn import functional

from . import ExportError, archive, manifest as rules

NETWORK, VOCABULARY = "text/network.pt", "text/vocabulary.txt"
TEXTS = ("红茶", "一张猫的图片", "这是一杯红茶。", "电饭煲 (家用, 4L)", "Hello, World! 你好，世界", "繁體字與ＦＵＬＬ　ＷＩＤＴＨ", "😀👍🏽 café naïve",
         "一只黄色的小狗在绿色的草地上奔跑，后面是一座红色的房子和几棵大树，天上有白云" * 2)
"""What the self-test asks; the last one is longer than a text tower reads."""
ALIKE = 1e-5
"""Of numbers of a vector of length 1: float32's roundings in another order are a tenth of it."""


@dataclasses.dataclass
class Tower:
    """What a model file carries of a text tower."""

    module: nn.Module
    """Ids, texts x at most length, int64, to embeddings of length 1; what is padded at the end of all may be left out."""
    words: list
    """The vocabulary: the word of each id."""
    tokenise: typing.Callable
    """Texts to ids."""
    length: int
    longest_word: int
    scale: float
    """What a product of two embeddings is multiplied by to be a logit."""

    def fields(self):
        """The manifest's `text`."""
        return rules.text(NETWORK, VOCABULARY, self.length, self.longest_word, self.scale)

    def ids(self, batch, seed):
        """Random ids, as those of texts of different lengths; of a single text without what is padded."""
        draw = torch.Generator().manual_seed(seed)
        longest = self.length if batch > 1 else max(2, self.length // 3)
        ids = torch.randint(len(self.words), (batch, longest), generator=draw)
        lengths = torch.randint(2, longest + 1, (batch, 1), generator=draw)
        return torch.where(torch.arange(longest) < lengths, ids, self.tokenise([""])[0, -1])

    def entries(self, traced):
        """The entries under extra/, name to bytes."""
        broken = [word for word in self.words if "\r" in word or "\n" in word]
        if broken:
            raise ExportError(f"the vocabulary has line ends within words, as in {broken[0]!r}")
        return {VOCABULARY: "".join(word + "\n" for word in self.words).encode(), NETWORK: archive.nested(traced)}

    @torch.inference_mode()
    def embeddings(self, module):
        """What a module gives for the self-test's texts: texts x columns, float32, one text at a time."""
        return torch.cat([module(self.tokenise([text])).float() for text in TEXTS])


class Bert(nn.Module):
    """Chinese-CLIP's text tower: BERT's first row, projected. In its own words, as transformers' leave masks on the device of the trace."""

    def __init__(self, model, length, pad):
        super().__init__()
        embeddings = model.text_model.embeddings
        self.words, self.norm, self.layers = embeddings.word_embeddings, embeddings.LayerNorm, model.text_model.encoder.layer
        self.positions, self.kinds = embeddings.position_embeddings, embeddings.token_type_embeddings
        self.projection, self.length, self.pad = model.text_projection, length, pad

    def forward(self, ids):
        mask = ids.ne(self.pad)[:, None, None]
        places = self.positions.weight[:self.length] + self.kinds.weight[0]
        x = self.norm(self.words(ids) + places[:ids.shape[1]])
        for layer in self.layers:
            x = _bert_layer(layer, x, mask)
        feature = self.projection(x[:, 0])
        return feature / feature.norm(dim=-1, keepdim=True)


def _bert_layer(layer, x, mask):
    attention, reads = layer.attention.output, layer.attention.self
    q, k, v = (part(x).reshape(*x.shape[:2], -1, reads.attention_head_size).transpose(1, 2) for part in (reads.query, reads.key, reads.value))
    attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)
    x = attention.LayerNorm(attention.dense(attended) + x)
    return layer.output.LayerNorm(layer.output.dense(layer.intermediate.intermediate_act_fn(layer.intermediate.dense(x))) + x)


@torch.inference_mode()
def check(tower, features):
    """Raises ExportError unless the tower's own words say what the library's do. `features`: from ids to the library's embeddings of length 1."""
    ids = torch.cat([tower.tokenise(list(TEXTS)), tower.ids(4, seed=5)])
    difference = (tower.module(ids) - features(ids)).abs().max().item()
    if not difference <= ALIKE:
        raise ExportError(f"the text tower's embeddings differ from transformers' by {difference:.3g} (allowed {ALIKE:.0e}): it is not what is known here")
