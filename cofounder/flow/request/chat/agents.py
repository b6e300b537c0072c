"""Whom one can talk to: five agents, each with its own tools, less those that the caller's role does not reach.

A tool that approves, publishes or needs a person's approval is in no list, and one that asks for approval is left out
even if it were. Tools of outside servers are for plans, where a person can look at each call before it is made.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cofounder.flow.request.chat.errors import AgentUnknown
from cofounder.people.roles import ROLES, Role


class Tool(Protocol):
    """What is told of a tool."""

    tool_id: str
    description: str
    input_schema: dict[str, Any]
    requires_approval: bool
    by_queue: bool


# The least role for each tool that a conversation may use. Those that may cost money or write begin with operator.
NEEDS: dict[str, Role] = {
    "financial.read_metrics": "viewer",
    "financial.compare_periods": "viewer",
    "financial.find_story": "viewer",
    "financial.forecast": "viewer",
    "financial.history": "viewer",
    "business.state": "viewer",
    "business.similar_content": "viewer",
    "business.baseline": "viewer",
    "business.passages": "viewer",
    "business.best_posts": "viewer",
    "business.suggest_time": "viewer",
    "business.predict": "viewer",
    "business.topic_effectiveness": "viewer",
    "business.correlation_analysis": "viewer",
    "market.find_trends": "viewer",
    "market.share_of_voice": "viewer",
    "market.mentions": "viewer",
    "compliance.check": "viewer",
    "content.evaluate": "viewer",
    "content.calendar": "viewer",
    "content.edit": "operator",
    "content.headlines": "operator",
    "publishing.preview": "viewer",
    "publishing.check": "viewer",
    "publishing.report": "viewer",
    "memory.patterns": "viewer",
    "memory.examples": "viewer",
    "memory.summary": "viewer",
    "memory.effectiveness": "viewer",
    "memory.tasks": "viewer",
    "memory.commands": "viewer",
}
_NOT_HERE = re.compile(r"approv|publish_|decide|reject|send|delete|remove")


@dataclass(frozen=True)
class Agent:
    """Somebody to talk to. `tools` are ids, or beginnings of ids that end with a dot."""

    id: str
    name: str
    does: str
    tools: tuple[str, ...]
    aliases: tuple[str, ...] = ()


AGENTS: tuple[Agent, ...] = (
    Agent(
        "co-founder",
        "Co-founder",
        "Answers from everything the company knows and starts work.",
        tuple(NEEDS),
        ("cofounder", "all"),
    ),
    Agent(
        "content",
        "Content",
        "Knows what was written and how it did; edits, offers headlines, previews a text on its channel.",
        ("content.", "business.similar_content", "business.passages", "business.best_posts", "business.baseline",
         "business.suggest_time", "business.predict", "business.topic_effectiveness", "publishing.", "compliance.check"),
    ),
    Agent(
        "financial",
        "Financial",
        "Reads the company's figures, compares periods, finds the best month, forecasts with an interval.",
        ("financial.", "business.state", "business.correlation_analysis"),
    ),
    Agent(
        "market_insight",
        "Market insight",
        "Tells how topics and platforms do over time, from the company's own posts.",
        ("market.", "business.best_posts", "business.baseline", "business.similar_content", "business.suggest_time",
         "business.topic_effectiveness"),
        ("market", "market-insight", "market insight"),
    ),
    Agent(
        "compliance",
        "Compliance",
        "Reads a text for claims without support, regulated terms, personal data and channel policy.",
        ("compliance.", "content.evaluate", "publishing.check"),
    ),
)  # fmt: skip


def agent(name: str | None) -> Agent:
    """The agent of this name, the co-founder where none is named. Raises AgentUnknown."""
    if name is None:
        return AGENTS[0]
    said = name.strip().lower()
    for one in AGENTS:
        if said in (one.id, one.name.lower(), *one.aliases):
            return one
    raise AgentUnknown(f"There is no agent {name!r} to talk to.", field="agent")


def allowed(who: Agent, role: Role) -> list[str]:
    """The ids of the agent's tools that a caller with this role may use."""
    return [
        tool
        for tool, least in NEEDS.items()
        if any(tool == one or (one.endswith(".") and tool.startswith(one)) for one in who.tools)
        and ROLES.index(role) >= ROLES.index(least)
    ]


def offered(who: Agent, role: Role, known: Mapping[str, Tool]) -> dict[str, Tool]:
    """The tools themselves, of those that are there: what a model is told of, and nothing else."""
    return {
        name: known[name]
        for name in allowed(who, role)
        if name in known and not known[name].requires_approval and not known[name].by_queue and not _acts(name)
    }


def _acts(name: str) -> bool:
    return bool(_NOT_HERE.search(name.partition(".")[2]))


def every_tool() -> Iterable[str]:
    """The ids of all tools that a conversation may ever use."""
    return NEEDS.keys()
