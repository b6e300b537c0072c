"""Generated requests to a company with words of its own, and a language model small enough to be made on the spot.

Which intent a request has is known because it was made from it; nothing here was written by people.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid5

from tests.flow.train.datasets.making import HOUSE, START, example

TOPICS = (
    "our growth", "the spring launch", "remote hiring", "the new bakery", "customer stories", "delivery times",
    "the summer menu", "our prices", "onboarding", "the team", "bread at home", "the second shop", "packaging",
    "early mornings", "local farmers", "the winter market", "apprentices", "our oven", "allergies", "gift boxes",
)  # fmt: skip
OPENINGS = ("", "Please ", "Could you ", "Today: ", "For Monday: ", "When you have a moment, ")


class Kind(NamedTuple):
    """A kind of request: how the company asks for it (partly in words of its own), and what it means."""

    asked: tuple[str, ...]
    action: str
    intent: str
    domain: str
    channels: tuple[str, ...]
    metrics: bool = False


KINDS = (
    Kind(("write a LinkedIn post about {}", "do a suit-and-tie note on {}"), "create_post", "create_social_content",
         "content", ("linkedin",)),
    Kind(("write a post on X about {}", "let the bird sing about {}"), "create_post", "create_social_content",
         "content", ("x",)),
    Kind(("write a Facebook post about {}", "tell the neighbours about {}"), "create_post", "create_social_content",
         "content", ("facebook",)),
    Kind(("write a LinkedIn post about {} with our figures", "do a suit-and-tie note on {}, numbers in"),
         "create_post", "create_social_content_with_metrics", "content", ("linkedin",), True),
    Kind(("draft an e-mail about {}", "a Friday letter on {}"), "write_email", "write_email", "content", ("email",)),
    Kind(("write a blog article about {}", "a long read on {}"), "write_article", "write_article", "content", ("blog",)),
    Kind(("give me headlines about {}", "a handful of toppers for {}"), "headlines", "headlines", "content", ()),
    Kind(("analyse our revenue around {}", "how is the till doing with {}"), "analyse_metrics", "analyse_metrics",
         "finance", (), True),
)  # fmt: skip


def requests(many: int, seed: int = 0) -> list[dict[str, Any]]:
    """Examples as a company's history would hold them; each says that it was generated."""
    drawn = random.Random(seed)
    made = []
    for number in range(many):
        kind = KINDS[number % len(KINDS)]
        words = drawn.choice(kind.asked).format(drawn.choice(TOPICS))
        asked = f"{drawn.choice(OPENINGS)}{words}, note {drawn.randrange(100_000)}"
        steps = [
            {"id": f"draft_{one}", "tool": "content.draft", "inputs": {}, "produces": f"variant:{one}"}
            for one in kind.channels
        ]
        made.append(
            example(
                number,
                execution_id=uuid5(HOUSE, f"generated/{seed}/{number}"),
                user_request=asked,
                intent=kind.intent,
                timestamp=START + timedelta(minutes=number),
                plan={"steps": steps or [{"id": "one", "tool": "content.headlines", "inputs": {}}]},
                platforms=list(kind.channels),
                tags=["generated"],
                quality_score=Decimal("0.9"),
            )
        )
    return made


BASE = """
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

folder, words = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
torch.manual_seed(11)
raw = Tokenizer(models.BPE())
raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
raw.decoder = decoders.ByteLevel()
special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
alphabet = pre_tokenizers.ByteLevel.alphabet()
raw.train_from_iterator(
    words, trainers.BpeTrainer(vocab_size=900, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
)
said = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>", pad_token="<|pad|>")
said.chat_template = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
config = LlamaConfig(
    vocab_size=len(said), hidden_size=96, intermediate_size=192, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=512, eos_token_id=said.eos_token_id, pad_token_id=said.pad_token_id,
    bos_token_id=None,
)
LlamaForCausalLM(config).save_pretrained(folder)
said.save_pretrained(folder)
"""


def words_of(lines: Sequence[dict[str, Any]]) -> str:
    """What the tokenizer of the small model learns its pieces from: requests and the shape of answers."""
    shapes = [
        f'{{"intent": "{kind.intent}", "domain": "{kind.domain}", "channels": {list(kind.channels)}, "actions": '
        f'[{{"kind": "{kind.action}", "channels": {list(kind.channels)}, "wants_metrics": {str(kind.metrics).lower()}}}]}}'
        for kind in KINDS
    ]
    return "\n".join([*(one["user_request"] for one in lines), *(one.replace("'", '"') for one in shapes * 50)])
