"""Fine-tuning over HTTP: targets, estimate, start, follow, approve, cancel, deploy, rules; everything in an envelope."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from cofounder.flow.train.data.errors import PersonalDataStays
from cofounder.flow.train.datasets.errors import (
    DatasetDeleted,
    DatasetMissing,
    DatasetNotReady,
    DatasetRoleDiffers,
    NoSuchPart,
)
from cofounder.flow.train.datasets.service import PlaceUnclear
from cofounder.flow.train.formats import FormatUnknown
from cofounder.flow.train.jobs import remains, rules, service
from cofounder.flow.train.jobs.errors import (
    BaseModelEnds,
    BaseModelUnknown,
    DatasetTooSmall,
    DeploymentRuns,
    JobEnded,
    JobGoesOn,
    JobMissing,
    JobNotDone,
    JobNotWaiting,
    NothingLeft,
    RemainsGone,
    RemainsInUse,
    RemovalRuns,
    RoleDiffers,
    RuleMissing,
    RuleNameTaken,
    RuleUnclear,
)
from cofounder.flow.train.jobs.schemas import (
    DeployIn,
    EstimateOut,
    JobEvents,
    JobIn,
    JobList,
    JobOut,
    RemainsOut,
    RuleChange,
    RuleIn,
    RuleOut,
    State,
    TargetOut,
)
from cofounder.flow.train.tuners.interface import (
    CancelTooLate,
    DatasetUnfit,
    JobSettingInvalid,
    TargetClosed,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.kit import cursors
from cofounder.kit.http import Envelope, Router, Session, documented
from cofounder.kit.store import ArtifactLost, StoreFull, StoreOutOfReach
from cofounder.models.registry.errors import ForceRefused, ReasonMissing
from cofounder.people import Admin, Approver, Operator, Viewer

router = Router(prefix="/api/orchestrator/training", tags=["fine-tuning"])
_TARGET = (JobSettingInvalid, TunerNotReady, TunerRefused, TunerAway)
_BEFORE = (
    DatasetMissing,
    DatasetDeleted,
    DatasetNotReady,
    DatasetTooSmall,
    DatasetUnfit,
    NoSuchPart,
    RoleDiffers,
    BaseModelUnknown,
    BaseModelEnds,
    FormatUnknown,
    TargetClosed,
    ArtifactLost,
    StoreFull,
    StoreOutOfReach,
    *_TARGET,
)


@router.get("/targets", responses=documented(JobSettingInvalid))
async def list_targets(caller: Viewer) -> Envelope[list[TargetOut]]:
    """Where models can be tuned today: open, closing, closed or not set up, and why; those that can be asked are asked."""
    return Envelope(data=await service.targets())


@router.post("/fine-tune/estimate", responses=documented(*_BEFORE))
async def estimate_fine_tuning(body: JobIn, caller: Operator) -> Envelope[EstimateOut]:
    """What a job would cost and take, serving included, and whether it would pay; nothing is started."""
    return Envelope(data=await service.estimate(body))


@router.post(
    "/fine-tune",
    status_code=201,
    responses={
        200: {"model": Envelope[JobOut], "description": "It existed already."},
        **documented(JobMissing, PersonalDataStays, *_BEFORE),
    },
)
async def start_fine_tuning(body: JobIn, caller: Operator, response: Response) -> Envelope[JobOut]:
    """Start a job. The same dataset and settings are one job: 200 and `repeated` true where it existed already.

    Key, base model and lines are checked first. Where it may cost more than cost_limit_usd, or its price is not known,
    it waits for an approver. Only an admin trains on a version that keeps personal data.
    """
    job = await service.start(body, caller)
    if job.repeated:
        response.status_code = 200
    return Envelope(data=job)


@router.get("/jobs", responses=documented(PlaceUnclear))
async def list_jobs(
    session: Session,
    caller: Viewer,
    state: State | None = None,
    dataset_id: UUID | None = None,
    cursor: cursors.OfMomentAndId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Envelope[JobList]:
    """Jobs, newest first."""
    return Envelope(data=await service.listed(session, state=state, dataset_id=dataset_id, cursor=cursor, limit=limit))


@router.get("/jobs/{job_id}", responses=documented(JobMissing))
async def get_job(job_id: UUID, session: Session, caller: Viewer) -> Envelope[JobOut]:
    """One job: its state, progress, loss, cost, and why it failed."""
    return Envelope(data=await service.get(session, job_id))


@router.get("/jobs/{job_id}/events", responses=documented(JobMissing))
async def list_job_events(
    job_id: UUID,
    session: Session,
    caller: Viewer,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=2_000)] = 500,
) -> Envelope[JobEvents]:
    """What happened in a job, oldest first; those with a loss are its curve."""
    return Envelope(data=await service.events(session, job_id, after=after, limit=limit))


@router.post("/jobs/{job_id}/approve", responses=documented(JobMissing, JobNotWaiting))
async def approve_job(job_id: UUID, session: Session, caller: Approver) -> Envelope[JobOut]:
    """Let a job begin whose cost is above the limit or not known."""
    return Envelope(data=await service.approve(session, job_id, caller))


@router.post("/jobs/{job_id}/cancel", responses=documented(JobMissing, JobEnded, CancelTooLate, *_TARGET))
async def cancel_job(job_id: UUID, caller: Operator) -> Envelope[JobOut]:
    """Stop a job, or say why it cannot be stopped any more. Of one with `may_run`, end what its target still does."""
    return Envelope(data=await service.cancel(job_id, caller))


@router.post(
    "/jobs/{job_id}/deploy",
    status_code=202,
    responses=documented(JobMissing, JobNotDone, DeploymentRuns, ReasonMissing, ForceRefused, RemainsGone),
)
async def deploy_job(job_id: UUID, body: DeployIn, session: Session, caller: Approver) -> Envelope[JobOut]:
    """Make a job's model reachable and register it; `deployment` of the job says when that is done, and the model's id."""
    return Envelope(data=await service.deploy(session, job_id, body, caller))


@router.get("/jobs/{job_id}/remains", responses=documented(JobMissing))
async def show_job_remains(job_id: UUID, session: Session, caller: Viewer) -> Envelope[RemainsOut]:
    """What deleting what a job left at its target would take away, what stays, and what has to be done first."""
    return Envelope(data=await remains.shown(session, job_id))


@router.delete(
    "/jobs/{job_id}/remains",
    status_code=202,
    responses=documented(JobMissing, JobGoesOn, DeploymentRuns, RemovalRuns, NothingLeft, RemainsInUse),
)
async def delete_job_remains(job_id: UUID, session: Session, caller: Admin) -> Envelope[JobOut]:
    """Delete what a job left at its target: endpoint, model, uploaded files. `removal` of the job tells how far it is.

    It goes on by itself, through restarts; what is gone there already is fine; after a failure it is asked for again.
    """
    return Envelope(data=await remains.remove(session, job_id, caller))


@router.get("/rules")
async def list_tuning_rules(session: Session, caller: Viewer) -> Envelope[list[RuleOut]]:
    """When jobs begin by themselves."""
    return Envelope(data=await rules.listed(session))


@router.post(
    "/rules", status_code=201, responses=documented(RuleUnclear, RuleNameTaken, DatasetRoleDiffers, PersonalDataStays)
)
async def create_tuning_rule(body: RuleIn, session: Session, caller: Approver) -> Envelope[RuleOut]:
    """Begin a job after so many new examples or every so many days, each on a new version of its dataset."""
    return Envelope(data=await rules.create(session, body, caller))


@router.patch("/rules/{name}", responses=documented(RuleMissing))
async def change_tuning_rule(name: str, body: RuleChange, session: Session, caller: Approver) -> Envelope[RuleOut]:
    """Pause a rule, or let it begin jobs again."""
    return Envelope(data=await rules.change(session, name, body, caller))


@router.delete("/rules/{name}", responses=documented(RuleMissing))
async def delete_tuning_rule(name: str, session: Session, caller: Admin) -> Envelope[None]:
    """Delete a rule; jobs that it began go on."""
    await rules.drop(session, name, caller)
    return Envelope(data=None)
