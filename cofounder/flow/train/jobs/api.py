"""The service functions about fine-tuning that users' scripts import from `cofounder.api`."""

from typing import Any
from uuid import UUID

from cofounder.flow.train.jobs import service
from cofounder.flow.train.jobs.schemas import DeployIn, JobIn
from cofounder.kit.db import reading, transaction
from cofounder.people import LOCAL_OWNER


async def _tune(target: str, dataset_id: UUID | str, settings: dict[str, Any]) -> dict[str, Any]:
    asked = JobIn.model_validate({"target": target, "dataset_id": dataset_id, **settings})
    return (await service.start(asked, LOCAL_OWNER)).model_dump(mode="json")


async def fine_tune_ollama(dataset_id: UUID | str, **settings: Any) -> dict[str, Any]:
    """Tune on this machine, to be served by Ollama or any OpenAI-compatible server; the job. A worker carries it out.

    `settings`: base_model, epochs, learning_rate, batch_size, lora_rank, max_length, method, seed, model_name. The same
    dataset and settings are one job. Raises what POST /training/fine-tune refuses, and ValidationError naming the field.
    """
    return await _tune("ollama", dataset_id, settings)


async def fine_tune_gemini(dataset_id: UUID | str, **settings: Any) -> dict[str, Any]:
    """Tune a Gemini model through Vertex; otherwise as `fine_tune_ollama`."""
    return await _tune("gemini", dataset_id, settings)


async def fine_tune_claude(dataset_id: UUID | str, **settings: Any) -> dict[str, Any]:
    """Tune Claude, or what Amazon Bedrock offers in its place; otherwise as `fine_tune_ollama`."""
    return await _tune("claude", dataset_id, settings)


async def fine_tune_gpt4(dataset_id: UUID | str, **settings: Any) -> dict[str, Any]:
    """Tune a GPT model at OpenAI; otherwise as `fine_tune_ollama`."""
    return await _tune("gpt4", dataset_id, settings)


async def get_job_status(job_id: UUID | str) -> dict[str, Any]:
    """A job: status, progress, loss, cost, and why it failed. Raises JobMissing."""
    async with reading() as session:
        return (await service.get(session, UUID(str(job_id)))).model_dump(mode="json")


async def list_jobs(limit: int = 50) -> list[dict[str, Any]]:
    """Jobs, newest first."""
    async with reading() as session:
        return [one.model_dump(mode="json") for one in (await service.listed(session, limit=limit)).items]


async def cancel_job(job_id: UUID | str) -> dict[str, Any]:
    """Stop a job. Raises JobMissing, JobEnded, CancelTooLate."""
    return (await service.cancel(UUID(str(job_id)), LOCAL_OWNER)).model_dump(mode="json")


async def deploy_model(job_id: UUID | str, **deployment: Any) -> dict[str, Any]:
    """Make a job's model reachable and register it: model_name, role, set_active with a reason.

    A worker does it; `deployment` of the job says when it is done. Raises JobMissing, JobNotDone, DeploymentRuns,
    ReasonMissing.
    """
    asked = DeployIn.model_validate(deployment)
    async with transaction() as session:
        return (await service.deploy(session, UUID(str(job_id)), asked, LOCAL_OWNER)).model_dump(mode="json")
