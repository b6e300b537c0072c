"""The base model: found, and looked at before its weights are loaded."""

from pathlib import Path
from typing import Any

from .failures import Refused

_ROLES = ("system", "user", "assistant")


def looked_at(name: str) -> tuple[Any, Any]:
    """(config, tokenizer) of a folder or of a name on the hub. Raises Refused: base_model_missing, base_model_unfit."""
    from transformers import AutoConfig, AutoTokenizer
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    folder = Path(name)
    if folder.is_absolute() and not (folder / "config.json").is_file():
        raise Refused("base_model_missing", f"There is no model in {name}: it has no config.json.", "base_model")
    try:
        config = AutoConfig.from_pretrained(name, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise Refused("base_model_missing", _missing(name, error), "base_model") from error
    if config.model_type not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise Refused(
            "base_model_unfit",
            f"{name} is a {config.model_type}, which writes no text; a causal language model is needed.",
            "base_model",
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("base_model_unfit", f"{name} has no tokenizer that can be read.", "base_model") from error
    _check(name, config, tokenizer)
    return config, tokenizer


def _missing(name: str, error: BaseException) -> str:
    said = " ".join(str(error).split())[:300]
    return f"The base model {name} is neither here nor to be had: {said}"


def _check(name: str, config: Any, tokenizer: Any) -> None:
    """Raises Refused: base_model_unfit."""
    if not tokenizer.chat_template:
        raise Refused(
            "base_model_unfit",
            f"{name} has no chat template: take the instruction-tuned one, or put a chat_template.jinja beside it.",
            "base_model",
        )
    size = getattr(config.get_text_config(), "vocab_size", None)
    if size is not None and len(tokenizer) > size:
        raise Refused(
            "base_model_unfit",
            f"The tokenizer of {name} knows {len(tokenizer)} tokens, its model only {size}: they do not belong together.",
            "base_model",
        )
    if tokenizer.eos_token_id is None:
        raise Refused("base_model_unfit", f"The tokenizer of {name} has no token that ends a text.", "base_model")
    try:
        tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False, add_generation_prompt=True)
    except Exception as error:
        raise Refused(
            "base_model_unfit", f"The chat template of {name} cannot be used: {str(error)[:200]}", "base_model"
        ) from error


def context(config: Any) -> int | None:
    """Tokens that the model can look back on; None: it does not say."""
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return found if isinstance(found, int) and 0 < found < 10_000_000 else None


def turns(tokenizer: Any) -> dict[str, Any] | None:
    """What the chat template puts around a message of each role, for servers that have templates of their own.

    Measured on marks put through it; None: it does more than put words around messages, so that nothing else says the same.
    """
    talk = [{"role": role, "content": f"@{number}@"} for number, role in enumerate([*_ROLES, "user", "assistant"])]
    try:
        parts = _parts(tokenizer, talk)
        for some in (talk[1:3], talk[:2], talk[1:2]):
            if _render(parts, some) != _written(tokenizer, some):
                return None
    except Exception:  # a template may refuse a role, or whatever it likes
        return None
    return parts if _render(parts, talk) == _written(tokenizer, talk) else None


def _written(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    prompt = messages[-1]["role"] != "assistant"
    written = str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt))
    begin = tokenizer.bos_token
    return written.removeprefix(begin) if begin else written  # servers put it there themselves


def _parts(tokenizer: Any, talk: list[dict[str, str]]) -> dict[str, Any]:
    user = _plain(tokenizer, [talk[1]])
    before, after = user.split(talk[1]["content"])
    found: dict[str, Any] = {"user": [before, after]}
    answered = _plain(tokenizer, talk[1:3]).removeprefix(user)
    found["assistant"] = answered.split(talk[2]["content"])
    found["system"] = _plain(tokenizer, talk[:2]).removesuffix(user).split(talk[0]["content"])
    found["prompt"] = _written(tokenizer, [talk[1]]).removeprefix(user)
    if any(len(found[role]) != 2 for role in _ROLES):
        raise ValueError("not words around messages")
    return found


def _plain(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    written = str(tokenizer.apply_chat_template(messages, tokenize=False))
    begin = tokenizer.bos_token
    return written.removeprefix(begin) if begin else written


def _render(parts: dict[str, Any], messages: list[dict[str, str]]) -> str:
    written = "".join(one["content"].join(parts[one["role"]]) for one in messages)
    return written + (parts["prompt"] if messages[-1]["role"] != "assistant" else "")
