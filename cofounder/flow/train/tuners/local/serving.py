"""A tuned model made reachable: by Ollama where it runs and takes the model, else by a `transformers serve` of its own."""

import asyncio
import json
import socket
import time
from pathlib import Path

from cofounder.flow.train.tuners.interface import Address, Artifacts, TunerAway, TunerRefused
from cofounder.flow.train.tuners.local import job, ollama, process
from cofounder.flow.train.tuners.local.python import environment
from cofounder.kit import outside
from cofounder.settings import Settings

SERVED, SERVE, BASE = "served.json", "serve.json", "serving-base"
READY_SECONDS = 600.0  # to read a large model
MERGE_SECONDS = 1800.0


async def serve(chosen: Settings, python: Path, artifacts: Artifacts, model_name: str) -> Address:
    """Make the model reachable. Raises job.JobFilesGone, TunerRefused, TunerAway."""
    if artifacts.folder is None or not any(artifacts.folder.glob("*.safetensors")):
        raise job.JobFilesGone(f"The model's files are gone from {artifacts.folder}.")
    place = artifacts.folder.parent
    note = ""
    if chosen.local_serving != "transformers":
        try:
            return await _with_ollama(chosen, python, place, artifacts, model_name)
        except (TunerRefused, TunerAway) as error:
            if chosen.local_serving == "ollama":
                raise
            note = f"Not by Ollama: {error.detail}"
    folder = await whole(python, place, artifacts)
    port = await _running(python, place / "serving", folder)
    return Address("openai-compatible", str(folder), _address(port), note=note)


async def serve_base(python: Path, place: Path, base_model: str) -> Address:
    """Serve the model that the job in `place` began with, until `end_base`. Raises TunerAway."""
    port = await _running(python, place / BASE, base_model)
    return Address("openai-compatible", base_model, _address(port))


async def end_base(place: Path) -> None:
    """Let the base model go. Gone already is fine."""
    process.stop(place / BASE, kill=True)
    await process.gone(place / BASE, 10)


def let_go(jobs: Path) -> int:
    """End every model that is served out of this folder of jobs; how many these were. They are served anew when needed."""
    served = [place for place in jobs.glob("*/serving*") if process.lives(place)]
    for place in served:
        process.stop(place, kill=True)
    return len(served)


async def _with_ollama(chosen: Settings, python: Path, place: Path, artifacts: Artifacts, model_name: str) -> Address:
    server = ollama.Server(chosen.ollama_base_url)
    await server.check(artifacts)
    model_name = f"{model_name}:{ollama.tag(artifacts)}"  # versions of one name stay apart
    if not await server.has(model_name, artifacts):
        base = _base(artifacts)
        if base is not None and await server.takes_adapter(artifacts):
            await server.create_adapted(model_name, base, artifacts)
        else:
            await server.create(model_name, await whole(python, place, artifacts), artifacts)
    (place / SERVED).write_text(json.dumps({"ollama": model_name}), encoding="utf-8")
    return Address("ollama", model_name, f"{server.address}/v1")


def _base(artifacts: Artifacts) -> Path | None:
    """The folder of an adapter's base model; None: it is a whole model, or its base is no folder here."""
    base = Path(str(artifacts.details.get("base_model")))
    return base if artifacts.kind == "adapter" and base.is_dir() else None


async def whole(python: Path, place: Path, artifacts: Artifacts) -> Path:
    """A folder with the whole model: an adapter is put into its base. Raises TunerRefused."""
    assert artifacts.folder is not None
    if artifacts.kind == "merged":
        return artifacts.folder
    merged = place / "merged"
    if merged.is_dir():
        return merged
    child = await asyncio.create_subprocess_exec(
        python,
        "-P",
        job.RUN,
        "merge",
        place,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(MERGE_SECONDS):
            said, _ = await child.communicate()
        answer = json.loads(said.strip().splitlines()[-1])
    except (TimeoutError, IndexError, ValueError) as error:
        raise TunerRefused("The adapter could not be put into its base model.") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if "ok" not in answer:
        raise TunerRefused(f"The adapter could not be put into its base model: {answer.get('words')}")
    return Path(str(answer["ok"]["folder"]))


async def _running(python: Path, place: Path, model: Path | str) -> int:
    """The port of a server of this model: the one that runs, else a new one. Raises TunerAway."""
    known = _port(place)
    if known is not None and process.lives(place) and await answers(_address(known)):
        return known
    if process.lives(place):  # it runs and does not answer: it still reads the model, or it hangs
        if known is not None and await _ready(place, known):
            return known
        process.stop(place, kill=True)
        await process.gone(place, 10)
    port = known if known is not None and _is_free(known) else _free()
    _write(place, {"model": str(model), "port": port})
    await process.start(place, [str(python), "-P", str(job.RUN), "serve", str(place)])
    if not await _ready(place, port):
        words = process.last_words(place)
        process.stop(place, kill=True)
        raise TunerAway(f"The model's server does not answer. Its last words: {words or 'none'}")
    return port


def _write(place: Path, said: dict[str, str | int]) -> None:
    place.mkdir(mode=0o700, exist_ok=True)
    (place / SERVE).write_text(json.dumps(said), encoding="utf-8")


def _port(place: Path) -> int | None:
    try:
        return int(json.loads((place / SERVE).read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def _ready(place: Path, port: int) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.lives(place):
        if await answers(_address(port)):
            return True
        await asyncio.sleep(0.2)
    return False


async def answers(base_url: str) -> bool:
    """Does a server that this machine runs answer there?"""
    import httpx

    async with outside.client(timeout_seconds=5) as client:
        try:
            return bool((await client.get(f"{base_url.removesuffix('/v1')}/health")).is_success)
        except httpx.HTTPError:
            return False


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/v1"


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


async def let_rest(place: Path) -> bool:
    """End the server of a job's model; whether one ran."""
    ran = process.lives(place / "serving")
    process.stop(place / "serving", kill=True)
    await process.gone(place / "serving", 10)
    return ran


async def end(chosen: Settings, place: Path) -> str:
    """Take the model of a job out of service, whoever serves it. Gone already is fine.

    What stays where Ollama, which has a copy, cannot be asked.
    """
    await let_rest(place)
    await end_base(place)
    try:
        name = str(json.loads((place / SERVED).read_text(encoding="utf-8"))["ollama"])
    except (OSError, ValueError, KeyError):
        return ""
    try:
        await ollama.Server(chosen.ollama_base_url).delete(name)
    except TunerAway as away:
        return f"{away.detail} Its copy may still be there; remove it with: ollama rm {name}"
    (place / SERVED).unlink(missing_ok=True)
    return ""
