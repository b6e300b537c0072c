"""The registry of tuned models over HTTP: list, show, benchmark, promote, roll back, run in shadow, retire."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.flow.train.benchmark import service as benchmarks
from cofounder.flow.train.benchmark.errors import BenchmarkMissing, BenchmarkOver, HoldOutMissing, HoldOutUnfit
from cofounder.flow.train.benchmark.schemas import BenchmarkIn, BenchmarkOut
from cofounder.flow.train.data.errors import PersonalDataStays
from cofounder.flow.train.datasets.errors import DatasetDeleted, DatasetMissing, DatasetNotReady
from cofounder.flow.train.promotion import service
from cofounder.flow.train.promotion.schemas import (
    ActiveIn,
    CandidateIn,
    ModelDetail,
    ModelRole,
    ModelState,
    ModelVersionList,
    ModelVersionOut,
    PromotionList,
    RetireIn,
    RoleOut,
    RolesOut,
    RollBackIn,
)
from cofounder.flow.train.promotion.service import ModelPlaceUnclear
from cofounder.kit import cursors
from cofounder.kit.http import Envelope, Router, Session, documented
from cofounder.models.registry.errors import (
    ActiveMoved,
    AlreadyActive,
    ForceRefused,
    GateNotPassed,
    ModelEntryInvalid,
    ModelInUse,
    ModelNotKnown,
    ModelUnfit,
    NothingBefore,
    PriceMissing,
    ReasonMissing,
)
from cofounder.people import Approver, Operator, Viewer

router = Router(prefix="/api/orchestrator/models", tags=["models"])


@router.get("/list", responses=documented(ModelPlaceUnclear))
async def list_models(
    session: Session,
    caller: Viewer,
    role: ModelRole | None = None,
    name: Annotated[str | None, Query(max_length=80)] = None,
    state: ModelState | None = None,
    cursor: cursors.OfMomentAndId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Envelope[ModelVersionList]:
    """Versions of tuned models, newest first, with what their newest benchmark said and which role uses them."""
    found = await service.listed(session, role=role, name=name, state=state, cursor=cursor, limit=limit)
    return Envelope(data=found)


@router.get("/active", responses=documented())
async def show_active_models(session: Session, caller: Viewer) -> Envelope[RolesOut]:
    """What each role uses: the active tuned model, the previous one, the candidate; and the configured models."""
    return Envelope(data=await service.roles(session))


@router.put(
    "/active",
    responses=documented(
        ModelNotKnown, ModelUnfit, AlreadyActive, GateNotPassed, ActiveMoved, ForceRefused, ReasonMissing, PriceMissing
    ),
)
async def set_active_model(body: ActiveIn, session: Session, caller: Approver) -> Envelope[RoleOut]:
    """Let a role use this model from now on, without a restart.

    Its newest benchmark against the active model must have passed the gate; an admin may force it, with a reason.
    """
    return Envelope(data=await service.promote(session, body, caller))


@router.post("/roll-back", responses=documented(ModelNotKnown, NothingBefore, ActiveMoved))
async def roll_back_model(body: RollBackIn, session: Session, caller: Approver) -> Envelope[RoleOut]:
    """Let a role use again what it used before: the previous model, or the configured ones.

    Of two who go back from the same `active` at once the second is refused, and nothing goes back two steps.
    """
    return Envelope(data=await service.roll_back(session, body, caller))


@router.put(
    "/candidate", responses=documented(ModelNotKnown, ModelUnfit, AlreadyActive, ModelEntryInvalid, PriceMissing)
)
async def set_candidate_model(body: CandidateIn, session: Session, caller: Approver) -> Envelope[RoleOut]:
    """Name a role's candidate. In shadow it answers real tasks beside the active one, and changes nothing of them.

    `message` says where its daily limit is less than one call may cost, so that it would never be asked.
    """
    found = await service.candidate(session, body, caller)
    return Envelope(data=found, message=found.shadow.warning if found.shadow is not None else None)


@router.get("/history", responses=documented())
async def list_promotions(
    session: Session,
    caller: Viewer,
    role: ModelRole | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Envelope[PromotionList]:
    """Every change of what a role uses, newest first: promotions, forced ones, returns, with the gate's record."""
    return Envelope(data=PromotionList(items=await service.history(session, role=role, limit=limit)))


@router.post(
    "/benchmark",
    status_code=202,
    responses=documented(
        ModelNotKnown,
        ModelUnfit,
        PriceMissing,
        DatasetMissing,
        DatasetDeleted,
        DatasetNotReady,
        PersonalDataStays,
        HoldOutUnfit,
        HoldOutMissing,
    ),
)
async def benchmark_model(body: BenchmarkIn, session: Session, caller: Operator) -> Envelope[BenchmarkOut]:
    """Compare a model with the active one, its base and the built-in one on held-out lines.

    It goes on by itself, through restarts; its address tells how far it is, and then what the gate says.
    """
    return Envelope(data=await benchmarks.begin(session, body, caller))


@router.get("/benchmark/{benchmark_id}", responses=documented(BenchmarkMissing))
async def get_benchmark(benchmark_id: UUID, session: Session, caller: Viewer) -> Envelope[BenchmarkOut]:
    """How far a benchmark is, or its figures: by contender, paired differences with intervals, by slice, the gate."""
    return Envelope(data=await benchmarks.get(session, benchmark_id))


@router.post("/benchmark/{benchmark_id}/cancel", responses=documented(BenchmarkMissing, BenchmarkOver))
async def cancel_benchmark(benchmark_id: UUID, session: Session, caller: Operator) -> Envelope[BenchmarkOut]:
    """End a benchmark where it stands."""
    return Envelope(data=await benchmarks.cancel(session, benchmark_id, caller))


@router.get("/{model_id}", responses=documented(ModelNotKnown))
async def get_model(model_id: UUID, session: Session, caller: Viewer) -> Envelope[ModelDetail]:
    """A version: where it came from, its benchmarks, how it agrees on real tasks, every change that it was part of."""
    return Envelope(data=await service.detail(session, model_id))


@router.post("/{model_id}/retire", responses=documented(ModelNotKnown, ModelInUse))
async def retire_model(model_id: UUID, body: RetireIn, session: Session, caller: Approver) -> Envelope[ModelVersionOut]:
    """Take a version out of use; what is known of it stays.

    An endpoint that is paid by the minute and a server on this machine are stopped; `removal` of its job tells of it.
    The model itself stays at its target until `DELETE /training/jobs/{job_id}/remains`.
    """
    return Envelope(data=await service.retire(session, model_id, body.reason, caller))
