"""The lines to learn, as tokens, with a mark on those that are learned: what the assistant says, and that it ends there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .failures import Refused

UNLEARNED = -100  # as torch's cross entropy has it
Messages = list[dict[str, str]]


def told(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number of the line from 1, what stands in it). Raises Refused: dataset_unfit."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except ValueError as error:
                raise Refused("dataset_unfit", f"Line {number} of {path.name} is not JSON.", "dataset") from error
            yield number, said


class Masker:
    """Turns a conversation into tokens and marks.

    A template that marks what the model writes is taken as it is; for one that TRL knows, its marked twin is taken; else
    each answer is told from what comes before it by rendering both.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.template = _marked(tokenizer)

    @property
    def how(self) -> str:
        if self.template is None:
            return "the template marks no answers, so each is told from what comes before it"
        return "the template marks the answers"

    def examples(self, messages: Messages) -> list[dict[str, list[int]]]:
        """One example, or one for each answer where they cannot be learned together."""
        if self.template is not None:
            told = self.tokenizer.apply_chat_template(
                messages,
                tokenize=True,
                return_dict=True,
                return_assistant_tokens_mask=True,
                chat_template=self.template,
            )
            ids = list(told["input_ids"])
            return [_example(ids, list(told["assistant_masks"]))]
        return self._by_prefix(messages)

    def ids(self, messages: Messages, *, prompt: bool = False) -> list[int]:
        """Tokens of a conversation; `prompt`: with the words that ask for an answer."""
        return list(
            self.tokenizer.apply_chat_template(
                messages, tokenize=True, return_dict=True, add_generation_prompt=prompt, chat_template=self.template
            )["input_ids"]
        )

    def _by_prefix(self, messages: Messages) -> list[dict[str, list[int]]]:
        whole, apart = self.ids(messages), []
        marks = [0] * len(whole)
        together = True
        for place, message in enumerate(messages):
            if message["role"] != "assistant":
                continue
            before, upto = self.ids(messages[:place], prompt=True), self.ids(messages[: place + 1])
            start = shared(before, upto)
            apart.append(_example(upto, [0] * start + [1] * (len(upto) - start)))
            together = together and whole[: len(upto)] == upto
            marks[start : len(upto)] = [1] * (len(upto) - start)
        return [_example(whole, marks)] if together else apart


def _marked(tokenizer: Any) -> str | None:
    """The template that marks answers and their ends; None: there is none."""
    from trl.chat_template_utils import (
        get_training_chat_template,
        has_generation_markers,
        is_chat_template_stop_token_trained,
    )

    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template["default"]
    if not has_generation_markers(template):
        try:
            template = get_training_chat_template(tokenizer)
        except Exception:  # it is none that TRL knows
            return None
    if template is None or not is_chat_template_stop_token_trained(tokenizer, template):
        return None
    return str(template)


def _example(ids: list[int], marks: list[int]) -> dict[str, list[int]]:
    return {"input_ids": ids, "labels": [one if mark else UNLEARNED for one, mark in zip(ids, marks, strict=True)]}


def shared(first: list[int], second: list[int]) -> int:
    """How many tokens both begin with."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def conversations(path: Path, masker: Masker, longest: int) -> list[dict[str, list[int]]]:
    """Examples for supervised tuning. Raises Refused: dataset_unfit, line_too_long, all_masked."""
    found, masked = [], []
    for number, said in told(path):
        made = masker.examples(_messages(said, "messages", number, path))
        for example in made:
            _fits(len(example["input_ids"]), longest, number, path)
        kept = [one for one in made if any(label != UNLEARNED for label in one["labels"])]
        if not kept:
            masked.append(number)
        found += kept
    if not found and not masked:
        raise Refused("dataset_unfit", f"{path.name} has no lines.", "dataset")
    if masked:
        where = f"line {masked[0]} of {path.name}" if found else path.name
        raise Refused(
            "all_masked",
            f"With this model's chat template not one token of an answer would be learned from {where}: the template "
            "leaves out what the assistant says, or marks nothing of it. Mend the template, or take another base model.",
            "base_model",
        )
    return found


def pairs(path: Path, masker: Masker, longest: int) -> tuple[list[dict[str, Any]], int]:
    """(pairs for preference tuning, tokens in them). Raises Refused: dataset_unfit, line_too_long, all_masked."""
    found: list[dict[str, Any]] = []
    tokens = 0
    for number, said in told(path):
        prompt = _messages(said.get("input", {}), "messages", number, path)
        pair = {"prompt": prompt}
        before = masker.ids(prompt, prompt=True)
        for name, under in (("chosen", "preferred_output"), ("rejected", "non_preferred_output")):
            pair[name] = _messages(said, under, number, path)
            ids = masker.ids([*prompt, *pair[name]])
            _fits(len(ids), longest, number, path)
            if len(ids) <= shared(before, ids):
                raise Refused(
                    "all_masked",
                    f"With this model's chat template nothing is left of the answer in line {number} of {path.name}.",
                    "base_model",
                )
            tokens += len(ids)
        found.append(pair)
    if not found:
        raise Refused("dataset_unfit", f"{path.name} has no lines.", "dataset")
    return found, tokens


def _messages(said: Any, name: str, number: int, path: Path) -> Messages:
    given = said.get(name) if isinstance(said, dict) else None
    if not isinstance(given, list) or not given or not all(_is_message(one) for one in given):
        raise Refused("dataset_unfit", f"Line {number} of {path.name} has no {name}.", "dataset")
    return [{"role": one["role"], "content": one["content"]} for one in given]


def _is_message(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("role"), str) and isinstance(given.get("content"), str)


def _fits(length: int, longest: int, number: int, path: Path) -> None:
    if length > longest:
        raise Refused(
            "line_too_long",
            f"Line {number} of {path.name} has {length} tokens, more than {longest}. Lines are never cut: raise "
            "max_length, or leave that example out.",
            "max_length",
        )
