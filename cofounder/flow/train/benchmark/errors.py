"""What a benchmark refuses, and why one breaks off."""

from cofounder.kit.errors import CofounderError, Conflict, InputInvalid, NotFound

_WORDS = 300  # of an error that is not ours


class BenchmarkMissing(NotFound):
    """There is no such benchmark."""

    hint = "See those of a model with: cofounder models show MODEL"


class HoldOutMissing(InputInvalid):
    """This version has no lines that were held out."""

    hint = "Make a version whose split has a test part, and train on that version."


class HoldOutUnfit(InputInvalid):
    """This version is of another role than the model."""

    hint = "Take a dataset of the model's role."


class BenchmarkOver(Conflict):
    """The benchmark has come to its end already."""

    hint = "Nothing was changed."


class BenchmarkBroke(CofounderError):
    """The benchmark broke off."""

    status = 500
    hint = "The answers that came are kept. Start it again; the worker's log has the place."

    @classmethod
    def of(cls, error: str, words: str, who: str = "The benchmark") -> "BenchmarkBroke":
        """By what was raised: the name of its class, and the first line of what it says."""
        said = " ".join((words.strip().splitlines() or [""])[0].split())[:_WORDS].rstrip(".")
        return cls(f"{who} broke off: {error}{f' ({said})' if said and said != error else ''}.")
