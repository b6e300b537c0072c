"""A task on its way: nine phases with their state, seconds and cost; under execution the steps as they come and go."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from cofounder.cli import words

if TYPE_CHECKING:
    from cofounder.flow.request.schemas import PhaseOut
    from cofounder.flow.run.schemas import Status, StepOut

STYLE = {
    "Needs you": "you",
    "Waiting": "quiet",
    "Running": "running",
    "Unknown outcome": "you",
    "Done": "done",
    "Failed": "failed",
    "Stopped": "quiet",
}
_ARC = "◐◓◑◒"


def mark(state: str, turn: int = 0) -> Text:
    """The glyph of a state, in its colour. A running one turns."""
    meaning = words.MEANING.get(state, "Waiting")
    glyph = _ARC[turn % len(_ARC)] if meaning == "Running" else words.GLYPH[meaning]
    return Text(glyph, style=STYLE[meaning])


def standing(state: str, word: str | None = None) -> Text:
    """Glyph and word of a status: never colour alone. `word`: where the state's own would not do."""
    meaning = words.MEANING.get(state, "Waiting")
    return Text.assemble((words.GLYPH[meaning], STYLE[meaning]), " ", word or words.plain(state))


class Journey:
    """The phases and steps of one status, as a table that Rich's Live may show again and again.

    `room`: lines there are. What does not fit is counted: first the steps that wait, then those that are done.
    """

    def __init__(self, status: "Status", turn: int = 0, room: int | None = None) -> None:
        self.status = status
        self.turn = turn
        self.room = room

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(width=24, no_wrap=True)
        table.add_column(width=6, justify="right", no_wrap=True)
        table.add_column(width=7, justify="right", no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for phase in self.status.phases:
            table.add_row(*self._phase(phase))
            if phase.name == "execution":
                steps, left = fitting(self.status.steps, self.room and self.room - len(self.status.phases))
                for step in steps:
                    table.add_row(*self._step(step))
                if left:
                    table.add_row("", Text(f"    {left}", style="quiet", overflow="ignore"))
        yield table

    def _phase(self, phase: "PhaseOut") -> tuple[Text, ...]:
        state = phase_state(self.status, phase)
        known = phase.seconds is not None and state != "skipped"
        return (
            mark(state, self.turn),
            Text(words.plain(phase.name), style="bold" if state == "running" else ""),
            Text(words.seconds(phase.seconds) if known else ""),
            Text(words.cost(phase.cost) if known else "", style="quiet"),
            Text(phase.note or ("skipped" if state == "skipped" else ""), style="quiet"),
        )

    def _step(self, step: "StepOut") -> tuple[Text, ...]:
        started = step.state not in ("waiting", "cancelled", "skipped")
        note = failure(step) or (f"attempt {step.attempt}" if step.attempt > 1 else "")
        if not note and step.state == "waiting" and step.depends_on:
            note = f"after {', '.join(step.depends_on)}"
        return (
            Text(""),
            Text.assemble("  ", mark(step.state, self.turn), " ", step.id),
            Text(words.seconds(step.seconds) if started and step.seconds else ""),
            Text(words.cost(step.cost) if step.state == "done" else "", style="quiet"),
            Text(" · ".join(part for part in (step.tool, note) if part), style="quiet"),
        )


def fitting(steps: "Sequence[StepOut]", room: int | None) -> "tuple[list[StepOut], str]":
    """The steps that fit into so many lines, in their order, and what is said about the others."""
    if room is None or len(steps) <= room:
        return list(steps), ""
    rank = {"running": 0, "failed": 1, "done": 2}
    # What runs, what failed, what was done last, what comes next.
    order = sorted(
        range(len(steps)), key=lambda at: (rank.get(steps[at].state, 3), -at if steps[at].state == "done" else at)
    )
    kept = sorted(order[: max(room - 1, 0)])
    others = Counter(steps[at].state for at in range(len(steps)) if at not in kept)
    return [steps[at] for at in kept], ", ".join(f"{number} {words.plain(state)}" for state, number in others.items())


def phase_state(status: "Status", phase: "PhaseOut") -> str:
    """A phase's state, with what waits for a person told apart from what waits its turn."""
    if phase.state in ("waiting", "running") and phase.name == status.phase:
        if status.status in ("pending_approval", "needs_clarification", "paused"):
            return status.status
        if status.status in ("failed", "cancelled", "rejected", "expired"):
            return status.status
    return phase.state


def failure(step: "StepOut") -> str:
    """Why a step failed, in one line."""
    if step.state != "failed" or not step.error:
        return ""
    return str(step.error.get("detail") or step.error.get("title") or "failed").splitlines()[0]


def head(status: "Status") -> Text:
    """One line about the whole task: where it stands, what it took, what was estimated."""
    took = f"{words.seconds(status.seconds)}, {words.cost(status.cost)}"
    expected = ""
    if status.estimated_seconds:
        expected = f" (expected ~{words.seconds(status.estimated_seconds)}, ~{words.cost(status.estimated_cost)})"
    waits = f"\n{status.waits_for}" if status.waits_for else ""
    return Text.assemble(standing(status.status), "  ", took, (expected, "quiet"), (waits, "quiet"))


class Lines:
    """The same story for a log: one line when something starts or ends, nothing ever rewritten."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._phases: dict[str, str] = {}
        self._steps: dict[str, tuple[str, int]] = {}

    def skip(self, status: "Status") -> None:
        """Take a status as told already."""
        write, self._write = self._write, lambda line: None
        self.show(status)
        self._write = write

    def show(self, status: "Status") -> None:
        """Write what is new since the status before."""
        for phase in status.phases:
            if phase.name != "execution":
                self._write_all(self._phase(status, phase))
                continue
            over = phase.state in ("done", "failed")
            if not over:
                self._write_all(self._phase(status, phase))
            for step in status.steps:
                self._write_all(self._step(step))
            if over:
                self._write_all(self._phase(status, phase))

    def _write_all(self, lines: Iterator[str]) -> None:
        for line in lines:
            self._write(line)

    def _phase(self, status: "Status", phase: "PhaseOut") -> Iterator[str]:
        state = phase_state(status, phase)
        before, self._phases[phase.name] = self._phases.get(phase.name, "waiting"), state
        if state == before or state == "waiting":
            return
        name = f"{words.plain(phase.name):<15}"
        if state == "running":
            if phase.name == "execution":
                yield f"{name} started"
            return
        took = f"  {words.seconds(phase.seconds)}, {words.cost(phase.cost)}" if state in ("done", "failed") else ""
        note = f"  {phase.note}" if phase.note else ""
        yield f"{name} {words.plain(state)}{took}{note}"

    def _step(self, step: "StepOut") -> Iterator[str]:
        now = (step.state, step.attempt)
        before, self._steps[step.id] = self._steps.get(step.id, ("waiting", 0)), now
        if now == before or step.state == "waiting":
            return
        if before[0] == "waiting" or step.attempt > before[1]:
            again = f", attempt {step.attempt}" if step.attempt > 1 else ""
            yield f"  {step.id}: started ({step.tool}{again})"
        if step.state != "running":
            why = failure(step)
            took = (
                f"  {words.seconds(step.seconds)}, {words.cost(step.cost)}" if step.state in ("done", "failed") else ""
            )
            yield f"  {step.id}: {step.state}{took}{'  ' + why if why else ''}"
