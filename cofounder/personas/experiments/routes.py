"""Experiments with the voices over HTTP: read as a viewer, begun and ended as an approver."""

from uuid import UUID

from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.people import Approver, Viewer
from cofounder.personas.experiments import service
from cofounder.personas.experiments.schemas import EndIn, ExperimentIn, ExperimentOut
from cofounder.personas.policies_known import PolicyFailed, PolicyUnknown

router = Router(prefix="/api/personas/experiments", tags=["personas"])


@router.get("", responses=documented())
async def list_experiments(session: Session, caller: Viewer) -> Page[ExperimentOut]:
    """Every experiment with what its arms came to, newest first."""
    found = await service.listed(session)
    return Page[ExperimentOut](items=found, next_cursor=None, total=len(found))


@router.post(
    "",
    status_code=201,
    responses=documented(
        service.ExperimentOpen,
        service.ArmsUnclear,
        service.ArmVoiceUnknown,
        service.EndUnclear,
        service.StartTooFar,
        PolicyUnknown,
        PolicyFailed,
        KeyReused,
    ),
)
async def begin_experiment(body: ExperimentIn, session: Session, caller: Approver, once: Once) -> ExperimentOut:
    """Part all tasks into arms from its start to its end, by a hash of each task's id. One is open at a time."""
    return await once.answer(session, caller.who, body, lambda: service.begin(session, body, by=caller), ExperimentOut)


@router.get("/{experiment_id}", responses=documented(service.ExperimentMissing))
async def get_experiment(experiment_id: UUID, session: Session, caller: Viewer) -> ExperimentOut:
    """One experiment and its results."""
    return await service.get(session, experiment_id)


@router.post(
    "/{experiment_id}/end",
    responses=documented(
        service.ExperimentMissing, service.ExperimentEnded, service.AdoptedArmMissing, service.NothingScored
    ),
)
async def end_experiment(experiment_id: UUID, body: EndIn, session: Session, caller: Approver) -> ExperimentOut:
    """Decide: draw by one arm from now on, or as before. The results of this moment are kept with the decision."""
    return await service.end(session, experiment_id, body, by=caller)


@router.post("/{experiment_id}/withdraw", responses=documented(service.ExperimentMissing, service.NothingAdopted))
async def withdraw_experiment(experiment_id: UUID, session: Session, caller: Approver) -> ExperimentOut:
    """Give an adopted arm up: voices are drawn as before it."""
    return await service.withdraw(session, experiment_id, by=caller)
