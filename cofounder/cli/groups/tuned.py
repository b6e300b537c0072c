"""models: the registry of tuned models on the command line."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.tuning_telling import removed_words
from cofounder.cli.options import Json, Yes

if TYPE_CHECKING:
    from cofounder.flow.train.benchmark.schemas import BenchmarkOut
    from cofounder.flow.train.jobs.schemas import JobOut
    from cofounder.flow.train.promotion.schemas import ModelVersionOut, RoleOut, ShadowOut, VerdictOut

Model = Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME@VERSION, or its id or the start of it.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="planner, writer or judge.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; it stays on record beside your name.")]
_LOOK_SECONDS = 0.5


def register(group: typer.Typer) -> None:
    group.command("list")(list_models)
    group.command("show")(show_model)
    group.command("active")(active_model)
    group.command("roll-back")(roll_back)
    group.command("benchmark")(benchmark)
    group.command("shadow")(shadow)
    group.command("retire")(retire)
    group.command("delete")(delete)


def list_models(
    role: Annotated[str | None, typer.Option("--role", help="Only planner, writer or judge.")] = None,
    json: Json = False,
) -> int:
    """List the versions of tuned models, newest first.

    Example: cofounder models list --role planner
    """
    return home.run(_list(role, json))


async def _list(role: str | None, json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.train.promotion import service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await service.listed(session, role=role, name=None, state=None, cursor=None, limit=200)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    if not found.items:
        out.screen().print("There is no tuned model yet: cofounder train start makes one.", markup=False)
        return 0
    shown = table("Model", "Role", "State", "Used as", "Base", "Where", "Gate")
    for one in found.items:
        where = f"{one.address['provider']}:{one.address['name']}"
        shown.add_row(
            one.label, one.role, one.state, ", ".join(one.aliases) or "–", one.base_model, where, _decided(one.gate)
        )
    out.screen().print(shown)
    return 0


def show_model(model: Model, json: Json = False) -> int:
    """Show a version: where it came from, its benchmarks, how it agrees on real tasks, every change.

    Example: cofounder models show planner-small@2
    """
    return home.run(_show(model, json))


async def _show(named: str, json: bool) -> int:
    from cofounder.flow.train.promotion import service
    from cofounder.kit import db
    from cofounder.models.registry import service as registry

    async with home.opened(), db.transaction() as session:
        found = await service.detail(session, (await registry.find(session, named)).id)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen, one = out.screen(), found.model
    screen.print(_sentence(one, found.dataset), markup=False, highlight=False)
    screen.print(f"The gate: {_decided(one.gate)}", markup=False, highlight=False)
    for done in found.benchmarks[:3]:
        _told(done)
    for seen in found.comparisons:
        beside = "beside the active one" if seen.kind == "shadow" else "beside the built-in parser"
        same = ", ".join(f"{part.part} {part.share:.0%} ({part.low:.0%} to {part.high:.0%})" for part in seen.agreed)
        screen.print(
            f"{seen.answers} answers {beside}, {seen.usable} usable; the same: {same or 'not said'}.", markup=False
        )
    for change in found.history[:10]:
        words = f"{change.at:%Y-%m-%d %H:%M} {change.kind.replace('_', ' ')} by {change.by}"
        screen.print(words + (f": {change.reason}" if change.reason else ""), markup=False, highlight=False)
    return 0


def _decided(gate: "VerdictOut | None") -> str:
    """What decides whether a version may take over, and what a later look shows beside it."""
    if gate is None:
        return "not benchmarked"
    said = ["Passed:" if gate.passed else "Not passed:", gate.words]
    said += [f"{gate.moved} Compare it again."] if gate.moved else []
    return " ".join([*said, *([gate.later] if gate.later else [])])


def _sentence(one: "ModelVersionOut", dataset: str | None = None) -> str:
    used = f", {' and '.join(one.aliases)} {one.role}" if one.aliases else f", a {one.role}"
    trained = f" on {dataset or f'dataset {one.dataset_id}'}" if one.dataset_id else ""
    broken = f" {one.problem}" if one.problem else ""
    return (
        f"{one.label} is {one.state}{used}; tuned from {one.base_model} by {one.target}{trained}.{broken} {one.price}"
    )


def active_model(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Make it active; left out: show.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Without a gate that passed; wants --reason.")] = False,
    reason: Reason = None,
    json: Json = False,
) -> int:
    """Show what each role uses, or let a role use a model whose benchmark passed the gate.

    Example: cofounder models active planner-small@2
    """
    return home.run(_active(model, force, reason, json))


async def _active(model: str | None, force: bool, reason: str | None, json: bool) -> int:
    from cofounder.flow.train.promotion import service
    from cofounder.flow.train.promotion.schemas import ActiveIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        if model is None:
            roles = (await service.roles(session)).roles
        else:
            asked = ActiveIn(model=model, force=force, reason=reason)
            roles = [await service.promote(session, asked, LOCAL_OWNER)]
    return _roles(roles, json)


def _roles(roles: "list[RoleOut]", json: bool) -> int:
    if json:
        out.emit([one.model_dump(mode="json") for one in roles])
        return 0
    for one in roles:
        used = one.active.label if one.active is not None else "the configured models"
        before = f", before it {one.previous.label}" if one.previous is not None else ""
        waits = f"; candidate {one.candidate.label}" if one.candidate is not None else ""
        waits += " in shadow" if one.candidate is not None and one.candidate.shadow else ""
        out.screen().print(f"{one.role}: {used}{before}{waits}", markup=False, highlight=False)
        if one.shadow is not None:
            out.screen().print(_shadowed(one.shadow), markup=False, highlight=False)
    return 0


def _shadowed(of: "ShadowOut") -> str:
    """How a candidate in shadow stands today."""
    from cofounder.models.prices import dollars

    said = [f"In shadow: {dollars(of.spent_usd)} of {dollars(of.daily_usd)} today."]
    said += [f"{of.not_asked} calls were not made: {of.why_not}."] if of.not_asked else []
    return " ".join([*said, *([of.warning] if of.warning else [])])


def roll_back(
    role: Role,
    active: Annotated[
        str | None, typer.Option("--from", metavar="MODEL", help="Only while this one is active: NAME@VERSION.")
    ] = None,
    reason: Reason = None,
    json: Json = False,
) -> int:
    """Let a role use again what it used before.

    Example: cofounder models roll-back planner --from planner-small@2
    """
    return home.run(_roll_back(role, active, reason, json))


def _check(role: str) -> None:
    """Raise ModelEntryInvalid for what is no role."""
    from cofounder.models.registry.errors import ModelEntryInvalid
    from cofounder.models.registry.service import ROLES

    if role not in ROLES:
        raise ModelEntryInvalid(f"{role!r} is no role. Roles are {', '.join(ROLES)}.", field="role", hint="")


async def _roll_back(role: str, active: str | None, reason: str | None, json: bool) -> int:
    from cofounder.flow.train.promotion import service
    from cofounder.flow.train.promotion.schemas import RollBackIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    _check(role)
    async with home.opened():
        if active is None:  # what is in use when the command begins is what it means
            async with db.reading() as session:
                standing = (await service.role(session, role)).active
            active = standing.label if standing is not None else None
        asked = RollBackIn.model_validate({"role": role, "active": active, "reason": reason})
        async with db.transaction() as session:
            found = await service.roll_back(session, asked, LOCAL_OWNER)
    return _roles([found], json)


def benchmark(
    model: Model,
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="Else the one that it learned from.")] = None,
    most: Annotated[int, typer.Option(min=1, max=2_000, help="Lines at most.")] = 200,
    seed: Annotated[
        int, typer.Option(min=0, help="Which lines, where there are more. Another than 0 is a look, not a gate.")
    ] = 0,
    judge: Annotated[bool, typer.Option("--judge", help="Writers: a configured model compares the texts too.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended.")] = True,
    json: Json = False,
) -> int:
    """Compare a model on held-out lines with the active one, its base and the built-in one; the gate says what holds.

    Example: cofounder models benchmark planner-small@2
    """
    asked = {"model": model, "most": most, "seed": seed, "judge": judge}
    return home.run(_benchmark(dataset, asked, wait, json))


async def _benchmark(dataset: str | None, asked: dict[str, Any], wait: bool, json: bool) -> int:
    from cofounder.flow.train.benchmark import service
    from cofounder.flow.train.benchmark.schemas import BenchmarkIn
    from cofounder.flow.train.datasets import service as datasets
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), home.worked(needed=wait):
        async with db.transaction() as session:
            row = await datasets.named(session, dataset) if dataset is not None else None
            wish = BenchmarkIn.model_validate({**asked, "dataset_id": row.id if row is not None else None})
            found = await service.begin(session, wish, LOCAL_OWNER)
        while wait and found.state == "running":
            await asyncio.sleep(_LOOK_SECONDS)
            async with db.reading() as session:
                found = await service.get(session, found.id)
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _told(found)
    return 1 if found.state == "failed" else 0


def _told(found: "BenchmarkOut") -> None:
    """A benchmark in a table and the gate's words."""
    from cofounder.cli.views.grid import table

    screen = out.screen()
    if found.results is None:
        why = (found.problem or {}).get("detail", "")
        screen.print(f"Benchmark {found.id} is {found.state}. {why}".strip(), markup=False)
        if found.look:
            screen.print(f"It is a look, not a gate: {found.look}.", markup=False)
        return
    shown = table("Who", "Score", "Usable", "Difference (95 %)", "Cost a line", "Seconds p50 / p95")
    for part, one in found.results["contenders"].items():
        gap = (found.results["differences"].get(part) or {}).get("score")
        said = _span(gap) if gap else "–"
        cost = f"${one['cost_per_line_usd']:.6f}" if one.get("priced", True) else "not known"
        cost = f"up to {cost}" if one.get("uncounted") and one.get("priced", True) else cost
        seconds = f"{one['seconds_p50'] or 0:.2f} / {one['seconds_p95'] or 0:.2f}"
        name = found.contenders.get(part, {}).get("name", part)
        usable = f"{one['n'] - one['failed']} of {one['n']}"
        shown.add_row(
            f"{part.replace('_', ' ')}: {name}", f"{one['means'].get('score', 0):.3f}", usable, said, cost, seconds
        )
    screen.print(shown)
    if found.gate is not None:
        before = "Passed: " if found.gate["passed"] else "" if found.gate["rule"] == "look" else "Not passed: "
        screen.print(before + found.gate["words"], markup=False)


def _span(gap: dict[str, Any]) -> str:
    if gap["low"] is None:
        return f"{gap['difference']:+.3f} (too few lines for an interval)"
    return f"{gap['difference']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f})"


def shadow(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="The candidate.")] = None,
    off: Annotated[str | None, typer.Option("--off", metavar="ROLE", help="End it for a role.")] = None,
    daily_usd: Annotated[float, typer.Option("--daily-usd", min=0, max=1_000, help="What it may cost a day.")] = 1.0,
    json: Json = False,
) -> int:
    """Let a candidate answer real tasks beside the active model; it changes nothing of them.

    Example: cofounder models shadow planner-small@3
    """
    return home.run(_shadow(model, off, daily_usd, json))


async def _shadow(model: str | None, off: str | None, daily_usd: float, json: bool) -> int:
    from cofounder.flow.train.promotion import service
    from cofounder.flow.train.promotion.schemas import CandidateIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    if off is not None:
        _check(off)
    asked = CandidateIn.model_validate(
        {"model": None if off else model, "role": off, "shadow": not off, "daily_usd": daily_usd}
    )
    async with home.opened(), db.transaction() as session:
        found = await service.candidate(session, asked, LOCAL_OWNER)
    return _roles([found], json)


def retire(model: Model, reason: Reason = None, json: Json = False) -> int:
    """Take a version out of use; what is known of it stays. What of it costs while nobody asks it is stopped.

    Example: cofounder models retire planner-small@1
    """
    return home.run(_retire(model, reason, json))


async def _retire(named: str, reason: str | None, json: bool) -> int:
    from cofounder.flow.train.promotion import service
    from cofounder.flow.train.tuners import leaving
    from cofounder.kit import db
    from cofounder.models.registry import service as registry
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), home.worked(needed=True):
        async with db.transaction() as session:
            found = await service.retire(session, (await registry.find(session, named)).id, reason, LOCAL_OWNER)
        job = await _rested(found)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    out.screen().print(_sentence(found), markup=False, highlight=False)
    if job is None:
        return 0
    if job.removal:
        out.screen().print(removed_words(job), markup=False, soft_wrap=True)
    if (job.removal or {}).get("what") != "all":
        words = f"What was made of it stays {leaving.AT[job.target]} until: cofounder models delete {found.label}"
        out.screen().print(words, markup=False, highlight=False)
    return 0


async def _rested(model: "ModelVersionOut") -> "JobOut | None":
    """The job that made a model, once what served it is stopped or could not be."""
    from cofounder.flow.train.jobs import service
    from cofounder.kit import db

    while model.job_id is not None:
        async with db.reading() as session:
            job = await service.get(session, model.job_id)
        if (job.removal or {}).get("state") != "removing":
            return job
        await asyncio.sleep(_LOOK_SECONDS)
    return None


def delete(model: Model, yes: Yes = False, json: Json = False) -> int:
    """Delete what a retired version has at its provider or on this machine: endpoint, model, uploaded files.

    Example: cofounder models delete planner-small@1
    """

    async def work() -> int:
        from cofounder.cli.groups.tuning_jobs import delete_remains
        from cofounder.flow.train.jobs import remains
        from cofounder.kit import db
        from cofounder.models.registry import service as registry

        async with home.opened(), home.worked(needed=True):
            async with db.reading() as session:
                id = await remains.of_model(session, (await registry.find(session, model)).id)
            return await delete_remains(id, yes=yes, json=json)

    return home.run(work())
