"""Language models small enough to be made in a test: nothing is downloaded.

Run by the Python that trains: python tiny.py FOLDER makes FOLDER/KIND for each kind of chat template: plain (marks no
answers, as most do), marked, deaf (leaves answers out), odd (does more than put words around messages), and mute (none).
"""

import sys
from pathlib import Path
from typing import Any

TURN = "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}"
PROMPT = "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
MARKED = (
    "{% if m['role'] == 'assistant' %}{{ '<|assistant|>' }}{% generation %}{{ m['content'] + '<|end|>' }}"
    "{% endgeneration %}{% else %}" + TURN + "{% endif %}"
)
TEMPLATES = {
    "plain": "{% for m in messages %}" + TURN + "{% endfor %}" + PROMPT,
    "marked": "{% for m in messages %}" + MARKED + "{% endfor %}" + PROMPT,
    "deaf": "{% for m in messages %}{% if m['role'] != 'assistant' %}" + TURN + "{% endif %}{% endfor %}",
    "odd": "{% for m in messages %}" + TURN + "{% if loop.index == 2 %}and{% endif %}{% endfor %}" + PROMPT,
    "mute": None,
}
WORDS = (
    "plan write a post about growth revenue customers launch the spring offer bread report figure channel week month"
)
SPECIAL = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]


def tokenizer(kind: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=512, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator([WORDS] * 20, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>", pad_token="<|pad|>")
    made.chat_template = TEMPLATES[kind]
    return made


def make(folder: Path, kind: str, hidden: int = 64) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(7)
    words = tokenizer(kind)
    config = LlamaConfig(
        vocab_size=512,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)


if __name__ == "__main__":
    for each in TEMPLATES:
        make(Path(sys.argv[1]) / each, each)
