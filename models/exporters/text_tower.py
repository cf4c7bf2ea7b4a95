"""A text tower beside the image's: the network from ids to embeddings, its tokenizer, and what both answer to some texts."""
import dataclasses

import torch
from torch import nn
from torch.nn import functional

from . import ExportError, archive, manifest as rules, tokens

NETWORK = "text/network.pt"
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
    tokens: tokens.Bert | tokens.Pairs
    length: int
    scale: float
    """What a product of two embeddings is multiplied by to be a logit."""
    bias: float = 0.0
    """What is added then."""
    activation: str = "softmax"
    """What makes a confidence of it."""

    def fields(self):
        """The manifest's `text`."""
        sigmoid = {"logit_bias": self.bias, "activation": self.activation} if self.activation != "softmax" or self.bias else {}
        return {**self.tokens.fields(), "network": NETWORK, "length": self.length, "logit_scale": self.scale, **sigmoid}

    def tokenise(self, texts):
        """Texts to ids, texts x length."""
        return self.tokens(texts, self.length)

    def ids(self, batch, seed):
        """Random ids, as those of texts of different lengths; of a single text without what is padded."""
        draw = torch.Generator().manual_seed(seed)
        longest = self.length if batch > 1 else max(2, self.length // 3)
        ids = torch.randint(self.tokens.size, (batch, longest), generator=draw)
        last = torch.randint(2, longest + 1, (batch, 1), generator=draw) - 1
        ids = torch.where(torch.arange(longest) < last, ids, self.tokens.pad)
        return torch.where(torch.arange(longest) == last, self.tokens.end, ids)

    def entries(self, traced):
        """The entries under extra/, name to bytes."""
        return {**self.tokens.entries(), NETWORK: archive.nested(traced)}

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


class Clip(nn.Module):
    """CLIP's text tower: each word sees those before it; the row of the first end is what is projected."""

    def __init__(self, model, end):
        super().__init__()
        text = model.text_model
        self.words, self.places = text.embeddings.token_embedding, nn.Parameter(text.embeddings.position_embedding.weight.detach().clone())
        self.layers, self.norm, self.projection = text.encoder.layers, text.final_layer_norm, model.text_projection
        self.end = end

    def forward(self, ids):
        x = self.words(ids) + self.places[:ids.shape[1]]
        for layer in self.layers:
            x = _clip_layer(layer, x, True)
        end = ids.eq(self.end).int().argmax(dim=1)[:, None, None].expand(-1, 1, x.shape[2])
        feature = self.projection(self.norm(x).gather(1, end)[:, 0])
        return feature / feature.norm(dim=-1, keepdim=True)


class Siglip(nn.Module):
    """SigLIP's text tower: a text is always filled up to its length, all see all, and the last row is what is projected."""

    def __init__(self, model, pad):
        super().__init__()
        text = model.text_model
        self.words, self.places = text.embeddings.token_embedding, nn.Parameter(text.embeddings.position_embedding.weight.detach().clone())
        self.layers, self.norm, self.head = text.encoder.layers, text.final_layer_norm, text.head
        self.register_buffer("fill", torch.full((1, len(self.places)), pad))

    def forward(self, ids):
        filled = torch.cat([ids, self.fill.expand(ids.shape[0], -1)], 1)[:, :self.fill.shape[1]]
        x = self.words(filled) + self.places
        for layer in self.layers:
            x = _clip_layer(layer, x, False)
        feature = self.head(self.norm(x)[:, -1])
        return feature / feature.norm(dim=-1, keepdim=True)


def _clip_layer(layer, x, is_causal):
    reads, normal = layer.self_attn, layer.layer_norm1(x)
    q, k, v = (part(normal).reshape(*x.shape[:2], -1, reads.head_dim).transpose(1, 2) for part in (reads.q_proj, reads.k_proj, reads.v_proj))
    attended = functional.scaled_dot_product_attention(q, k, v, is_causal=is_causal).transpose(1, 2).flatten(2)
    x = x + reads.out_proj(attended)
    return x + layer.mlp(layer.layer_norm2(x))


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
