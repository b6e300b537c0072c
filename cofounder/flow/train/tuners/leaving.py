"""What a job leaves at its target: what goes when it is deleted, what stays, and what costs until it is stopped."""

from cofounder.flow.train.tuners.interface import CancelTooLate, Tuner, TunerAway, TunerRefused
from cofounder.flow.train.tuners.wire import status_of

GOES: dict[str, tuple[str, ...]] = {
    "local": (
        "the job's folder on this machine: its checkpoints and the trained model",
        "the server that holds the model in memory",
        "the model's copy in Ollama, where it was handed over",
    ),
    "openai": ("the tuned model at OpenAI", "the files that were uploaded for it, and those with OpenAI's results"),
    "gemini": ("the endpoint and the tuned model at Vertex", "the files in your bucket"),
    "bedrock": ("the deployment and the tuned model at AWS", "the files in your bucket, the results among them"),
    "together": (
        "the endpoint, which is paid by the minute",
        "the tuned model and the job at Together",
        "the files that were uploaded for it",
    ),
}
_HERE = "Here its settings, events, figures and lineage stay, and so does its dataset."
STAYS: dict[str, str] = {
    "local": _HERE,
    "openai": f"OpenAI keeps the job in its list, without its files. {_HERE}",
    "gemini": f"Vertex keeps the job in its list, and your bucket stays. {_HERE}",
    "bedrock": f"AWS keeps the job in its list, and your bucket stays. {_HERE}",
    "together": _HERE,
}
AT: dict[str, str] = {
    "local": "on this machine",
    "openai": "at OpenAI",
    "gemini": "at Vertex",
    "bedrock": "at AWS",
    "together": "at Together",
}
# What `rest` ends; a target that is not named here lets a model that nobody asks cost nothing but its keeping.
RESTS: dict[str, str] = {
    "local": "the server that holds it in memory",
    "together": "its endpoint, which is paid by the minute",
}


async def stopped(tuner: Tuner, remote_id: str, who: str) -> None:
    """See to it that a job does not run any more before it is taken apart. Gone already is fine.

    Raises TunerAway while it is still being stopped, and what the target is asked with.
    """
    try:
        state = (await tuner.progress(remote_id)).state
        if state in ("queued", "running"):
            await tuner.cancel(remote_id)
            state = (await tuner.progress(remote_id)).state
    except CancelTooLate:
        return
    except TunerRefused as error:
        if status_of(error) == 404:
            return
        raise
    if state == "cancelling":
        raise TunerAway(f"{who} is still stopping the job.", retry_after=5)
