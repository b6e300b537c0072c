"""Our training and plain TRL in turn, in one process of the Python that trains: python beside.py RUN WORK ROUNDS.

Both learn the same lines with the same model, seed, batches, adapter and number of checkpoints. Plain TRL gets them as its
documentation says: SFTTrainer with messages and assistant_only_loss. Prints one JSON object.
"""

import importlib.util
import json
import os
import random
import shutil
import sys
import time
from pathlib import Path
from typing import Any

RUN, WORK, ROUNDS = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
LINES, BATCH, EPOCHS, RANK = 96, 8, 1, 8
HIDDEN, LAYERS = int(os.environ.get("HIDDEN", "256")), int(os.environ.get("LAYERS", "4"))
TURN = "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}"
TEMPLATE = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}{{ '<|assistant|>' }}{% generation %}"
    "{{ m['content'] + '<|end|>' }}{% endgeneration %}{% else %}" + TURN + "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
WORDS = [
    "plan",
    "write",
    "a",
    "post",
    "about",
    "growth",
    "revenue",
    "customers",
    "launch",
    "spring",
    "offer",
    "bread",
    "report",
    "figure",
    "channel",
    "week",
    "month",
]


def part(name: str) -> Any:
    spec = importlib.util.spec_from_file_location("run", RUN)
    assert spec is not None
    assert spec.loader is not None
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    return run.part(name)


def make_base(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        [" ".join(WORDS)] * 20, trainers.BpeTrainer(special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>", pad_token="<|pad|>")
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=4 * HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HIDDEN // 64,
        num_key_value_heads=HIDDEN // 64,
        max_position_embeddings=1024,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_lines(path: Path) -> None:
    drawn = random.Random(1)

    def said(words: int) -> str:
        return " ".join(drawn.choice(WORDS) for _ in range(words))

    roles = (("system", 40), ("user", 30), ("assistant", 60))
    rows = [{"messages": [{"role": role, "content": said(words)} for role, words in roles]} for _ in range(LINES)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def ours(folder: Path) -> tuple[Any, int]:
    """(trainer, tokens of an epoch)."""
    base, notes, settings, train = (part(name) for name in ("base", "notes", "settings", "train"))
    config, tokenizer = base.looked_at(str(WORK / "base"))
    job = settings.read(folder, base.context(config))
    lines, _, tokens, _ = train.prepared(job, tokenizer)
    trainer = train.trainer_of(job, tokenizer, lines, [])
    stop = train.Stop()
    stop.training = True
    trainer.add_callback(train._watch(notes.Notes(folder), stop, tokens))
    return trainer, tokens


def plain(folder: Path) -> Any:
    """TRL as its documentation has it, with the same settings."""
    import torch
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    gpu = torch.cuda.is_available()
    steps = LINES // BATCH * EPOCHS
    return SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(
            str(WORK / "base"), dtype=torch.bfloat16 if gpu and RANK else torch.float32
        ),
        args=SFTConfig(
            str(folder / "plain"),
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=BATCH,
            learning_rate=2e-4,
            lr_scheduler_type="cosine",
            assistant_only_loss=True,
            max_length=1024,
            use_cpu=not gpu,
            bf16=gpu,
            gradient_checkpointing=gpu,
            save_steps=max(1, steps // 10),
            save_total_limit=2,
            seed=1,
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=load_dataset("json", data_files=str(folder / "train.jsonl"), split="train"),
        processing_class=AutoTokenizer.from_pretrained(str(WORK / "base")),
        peft_config=LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"),
    )


def timed(trainer: Any) -> tuple[float, float]:
    """(seconds on the clock, seconds of processor) of its training, checkpoints included."""
    wall, busy = time.perf_counter(), time.process_time()
    trainer.train()
    return time.perf_counter() - wall, time.process_time() - busy


def main() -> dict[str, Any]:
    make_base(WORK / "base")
    found: dict[str, Any] = {"ours": [], "plain": [], "rounds": ROUNDS}
    for number in range(-1, ROUNDS):  # the first round warms up and does not count
        folder = WORK / f"round{number}"
        folder.mkdir()
        make_lines(folder / "train.jsonl")
        hyper = {"epochs": EPOCHS, "learning_rate": 2e-4, "batch_size": BATCH, "lora_rank": RANK, "max_length": 1024}
        said = {"base_model": str(WORK / "base"), "method": "sft", "validation_lines": 0}
        said["hyper"] = {**hyper, "early_stopping": False, "seed": 1}
        (folder / "job.json").write_text(json.dumps(said), encoding="utf-8")
        trainer, tokens = ours(folder)
        sides = [("ours", trainer), ("plain", plain(folder))]
        for name, side in sides if number % 2 else reversed(sides):
            took = timed(side)
            if number >= 0:
                found[name].append(took)
        found |= {"tokens": tokens * EPOCHS, "device": trainer.args.device.type, "steps": trainer.state.global_step}
        found["parameters"] = sum(one.numel() for one in trainer.model.parameters())
        shutil.rmtree(folder)
    return found


if __name__ == "__main__":
    result = main()
    print(json.dumps(result))
