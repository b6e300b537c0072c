"""Steps that an agent outside does: given to the command queue, while the task waits without a worker's slot.

The command is queued in the transaction that claims the step, and its end wakes the task in its own transaction, so
that neither is lost however often a worker dies between.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.commands import steps as commands
from cofounder.flow.run.graph import Claim, Graph, Outcome
from cofounder.flow.run.tables import Step
from cofounder.kit.db import reading


async def take_up(graph: Graph, rows: Sequence[Step]) -> None:
    """Find the steps that were handed out before this run, also of agents that do such work no longer."""
    begun = [row for row in rows if row.state == "running"]
    if not begun:
        return
    async with reading() as session:
        out = await commands.handed_out(session, [row.id for row in begun])
    for row in begun:
        if row.id in out and row.fence is not None:
            graph.outside[row.node] = (row.fence, row.input or {})


async def ended(session: AsyncSession, graph: Graph) -> list[Outcome]:
    """What agents have answered since the last look."""
    if not graph.outside:
        return []
    answers = await commands.answers(session, [graph.ids[node] for node in graph.outside])
    outcomes = []
    for node, (fence, call) in list(graph.outside.items()):
        answer = answers.get(graph.ids[node])
        if answer is not None:
            del graph.outside[node]
            step = graph.plan.step(node)
            outcomes.append(Outcome(step, fence, call, answer.seconds, answer.output, problem=answer.problem))
    return outcomes


async def hand_out(session: AsyncSession, graph: Graph, started: list[Claim]) -> list[Claim]:
    """Queue those of the claimed steps that an agent outside does; gives the others."""
    here = []
    for step, fence, call in started:
        if not _by_queue(graph, step.id):
            here.append((step, fence, call))
            continue
        await commands.hand_out(
            session,
            task_id=graph.task_id,
            step_id=graph.ids[step.id],
            fence=fence,
            tool_id=step.tool,
            call=call,
        )
        graph.outside[step.id] = (fence, call)
    return here


def _by_queue(graph: Graph, node: str) -> bool:
    tool = graph.tools.get(graph.plan.step(node).tool)
    return tool is not None and tool.by_queue
