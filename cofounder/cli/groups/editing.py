"""A person's own text: judged before it is decided on; and the exact bytes of ours."""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from cofounder.cli import out
from cofounder.cli.groups.choosing import Choice
from cofounder.kit.errors import Conflict, InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut


class EditBelowStandard(Conflict):
    """Your text does not pass; nothing was decided."""

    hint = "Mend the text, or publish it all the same: --anyway"


class TextUnclear(InputInvalid):
    """Several texts wait, and one is meant."""


def write_exact(seen: "ApprovalOut", channels: list[str] | None) -> int:
    """One text's bytes to standard output: no frame, no line more. Raises TextUnclear."""
    if seen.kind != "content":
        out.emit(seen.plan or {})
        return 0
    there = {canonical_name(name): variant for name, variant in seen.channel_variants.items()}
    meant = [canonical_name(name) for name in channels] if channels else list(there)
    if len(meant) != 1 or meant[0] not in there:
        raise TextUnclear(
            f"There are texts for {', '.join(seen.channel_variants)}.",
            field="channel",
            hint="Name one of them: --channel NAME",
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(there[meant[0]].exact_text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0


class _Undone(Exception):
    """Takes a trial back."""


async def edit_stands(seen: "ApprovalOut", choice: Choice, *, json: bool) -> bool:
    """Judge the edit before it is decided on; where it does not pass, a person must want it all the same.

    False when the person at the terminal does not. Raises EditBelowStandard where nobody can be asked.
    """
    from cofounder.cli.views import approval as views

    after = await _tried(seen, choice)
    if after is None:
        return True
    named = [canonical_name(name) for name in choice.channels or []]
    wanted = [one for one in after.channel_variants.values() if not named or canonical_name(one.channel) in named]
    severe = [one for variant in wanted for one in variant.issues if one.get("severity") in ("blocking", "major")]
    stands = not severe and all(one.quality_passed is not False for one in wanted)
    if not json:
        screen = out.screen()
        screen.print(views.title("Quality of your text"))
        screen.print(views.scores({one.channel: one for one in wanted}))
        for line in views.issues([issue for variant in wanted for issue in variant.issues]):
            screen.print(line)
    if stands or choice.anyway:
        return True
    if not json and out.at_terminal():
        return out.confirm("It does not pass. Publish it all the same?")
    worst = min((one.quality_score for one in wanted if one.quality_score is not None), default=None)
    said = " ".join(str(one.get("message", "")) for one in severe[:3])
    raise EditBelowStandard(f"It scores {'nothing' if worst is None else f'{worst:.2f}'}. {said}".strip(), field="edit")


def canonical_name(name: str) -> str:
    from cofounder.channels import canonical

    return canonical(name) or name


async def _tried(seen: "ApprovalOut", choice: Choice) -> "ApprovalOut | None":
    """What would wait with the edit in it; nothing of it is kept. None where nothing waits."""
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    decision = choice.decision(seen)
    if seen.decision is not None or not decision.edits:
        return None
    found: ApprovalOut | None = None
    with suppress(_Undone):
        async with db.transaction() as session:
            await approvals.edit_draft(session, seen.task_id, decision.edits, seen=seen.fingerprint, by=LOCAL_OWNER)
            found = await approvals.view(session, seen.task_id)
            raise _Undone
    return found
