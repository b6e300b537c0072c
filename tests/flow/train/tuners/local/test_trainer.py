"""The training process: what it learns from a line, what it refuses, and how it says why it ended."""

from typing import Any

ANSWERS = ["launch the spring offer<|end|>", "figure channel week<|end|>"]


def test_answers_and_their_ends_are_learned_and_nothing_else(inside: dict[str, Any]) -> None:
    assert inside["masks"]["marked"] == ANSWERS


def test_answers_are_told_from_what_comes_before_them_where_the_template_marks_none(inside: dict[str, Any]) -> None:
    assert inside["masks"]["plain"] == ANSWERS


def test_what_is_learned_is_what_trl_learns_from_a_template_that_marks_answers(inside: dict[str, Any]) -> None:
    assert inside["labels_beside_trl"] is True


def test_a_template_that_leaves_answers_out_is_refused(inside: dict[str, Any]) -> None:
    for name in ("deaf", "deaf_pairs"):
        code, words, field = inside[name]
        assert (code, field) == ("all_masked", "base_model")
        assert "chat template" in words


def test_a_base_model_without_a_chat_template_is_refused(inside: dict[str, Any]) -> None:
    code, words, field = inside["mute"]
    assert (code, field) == ("base_model_unfit", "base_model")
    assert "no chat template" in words


def test_a_base_model_that_is_not_there_is_named(inside: dict[str, Any]) -> None:
    code, words, field = inside["missing"]
    assert (code, field) == ("base_model_missing", "base_model")
    assert words.startswith("There is no model in /")
    assert "nowhere" in words


def test_a_line_that_is_too_long_is_refused_and_never_cut(inside: dict[str, Any]) -> None:
    code, words, field = inside["long"]
    assert (code, field) == ("line_too_long", "max_length")
    assert words.startswith("Line 2 of train.jsonl has 75 tokens, more than 64.")


def test_lines_longer_than_the_model_looks_back_cannot_be_asked_for(inside: dict[str, Any]) -> None:
    code, words, field = inside["window"]
    assert (code, field) == ("setting_invalid", "max_length")
    assert "256" in words


def test_a_line_that_is_no_conversation_is_named(inside: dict[str, Any]) -> None:
    assert inside["broken"] == ["dataset_unfit", "Line 2 of train.jsonl has no messages.", "dataset"]


def test_a_check_counts_tokens_and_fills_the_defaults_in(inside: dict[str, Any]) -> None:
    found = inside["fine"]
    assert (found["examples"], found["tokens"]) == (1, 30)
    assert found["architecture"] == "LlamaForCausalLM"
    assert found["settings"]["learning_rate"] == 2e-4
    assert found["settings"]["max_length"] == 256  # as far as this model looks back


def test_preferences_are_learned_with_all_weights(inside: dict[str, Any]) -> None:
    found = inside["preferences"]
    assert (found["state"], found["code"], found["kind"]) == ("succeeded", 0, "merged")
    assert found["losses"][0] > 0.69  # ln 2: nothing is preferred yet
    assert found["losses"][-1] < 0.5


def test_a_full_disk_ends_the_training_with_words(inside: dict[str, Any]) -> None:
    found = inside["full"]
    assert (found["state"], found["reason"], found["code"]) == ("failed", "disk_full", 1)
    assert found["words"].startswith("There is no room left: a checkpoint could not be written.")
    assert found["losses"]  # it did train before


def test_too_little_memory_is_told_with_what_to_do(inside: dict[str, Any]) -> None:
    code, words = inside["memory"]
    assert code == "out_of_memory"
    assert "batch_size" in words


def test_only_templates_that_put_words_around_messages_are_said_in_another_form(inside: dict[str, Any]) -> None:
    assert inside["turns"]["odd"] is None
    assert inside["turns"]["plain"]["assistant"] == ["<|assistant|>", "<|end|>"]
    assert inside["turns"]["plain"]["prompt"] == "<|assistant|>"
