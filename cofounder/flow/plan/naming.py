"""Outside tools that a request asks for by name: "use the time server to ...", "call counter.count_words ...".

Pure: the words of the request, the tools that may be used, a person's answers; out come steps, or questions. Only a
tool, server or agent that is named is ever used: nothing in a tool's own description can bring it into a plan.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cofounder.flow.plan.schemas import PlanStep, Tool
from cofounder.kit.storable import first_fault
from cofounder.models.intent import Question

HINT = re.compile(r"\b(?:servers?|tools?|agents?|mcp)\b|\w\.\w", re.IGNORECASE)
_WRITES = r"(?:write|draft|create|post|publish|make|prepare|send|compose|summari[sz]e|shorten)\b"
_CLAUSES = re.compile(
    rf"(?:,?\s+(?:and\s+)?then\s+|,?\s+and\s+(?={_WRITES})|[;\n]\s*|[.!?]\s+(?=[A-Z]))", re.IGNORECASE
)
_BY = r"(?:use|using|with|via|through|ask|call|from|by|run|let)"
_WORD = re.compile(r"[a-z0-9]+")
_IDLE = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "to",
        "of",
        "in",
        "on",
        "for",
        "with",
        "by",
        "from",
        "at",
        "is",
        "it",
        "its",
        "this",
        "that",
        "me",
        "us",
        "our",
        "my",
        "use",
        "using",
        "what",
    ]
)
_ZONE = re.compile(r"\b(?:[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+-]+\d*)+|UTC|GMT)\b")
_FORMS = {  # what a name of an input says of the form of its value; each value is taken once, in order
    "zone": _ZONE,
    "tz": _ZONE,
    "url": re.compile(r"https?://[^\s\"'<>]+[^\s\"'<>.,;:!?)]"),
    "uri": re.compile(r"https?://[^\s\"'<>]+[^\s\"'<>.,;:!?)]"),
    "date": re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    "time": re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b"),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w"),
}
_QUOTED = re.compile("[\"“”‘`]([^\"“”’`]+)[\"“”’`]|(?<!\\w)'([^']+)'(?!\\w)")
_SAID = r"[^\s,;](?:(?!\s(?:and\s+)?\w+\s*=)[^,;])*"  # words up to the next input or the end of the clause
_STRING = r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'"  # a backslash takes the mark after it as it is
_PIECE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|“[^”]*”")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w:/.]*\w)")
_YEAR = re.compile(r"\b(?:in|since|during|of|by|until|from|for)\s+(?:19|20)\d\d\b", re.IGNORECASE)
_FREE = (
    "message",
    "text",
    "query",
    "question",
    "prompt",
    "input",
    "topic",
    "content",
    "search",
    "keyword",
    "term",
    "q",
)


_ID = re.compile(r"(?<![\w./@])[A-Za-z][\w-]*\.[A-Za-z][\w-]*(?![\w./-]*\w|@)")


def ids_in(request: str) -> list[str]:
    """What stands in a request in the form of a tool's id; an address may have that form too."""
    return list(dict.fromkeys(_ID.findall(request)))


@dataclass
class Named:
    """What a request named: steps to run, what must be asked first, what is left of the request for others."""

    steps: list[PlanStep] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rest: str = ""
    wish: str = ""

    def subject(self) -> str:
        """What it is about, as a list of tasks shows it; inputs alone name nothing without the tool they are for."""
        bare = bool(self.steps) and re.match(r"\s*(?:with\s+)?\w+\s*[=:]", self.wish) is not None
        return f"{self.steps[0].tool} {self.wish}" if bare else self.wish


@dataclass
class _Mention:
    tools: list[Tool]  # those that it may mean
    phrase: tuple[int, int]  # where it stands in its clause
    exact: bool


def find(request: str, tools: Mapping[str, Tool], answers: Mapping[str, str]) -> Named | None:
    """What the request names; None where it names nothing."""
    clauses = [part for part in _split(request) if part.strip()]
    found, rest = Named(), []
    for clause in clauses:
        mention = _mention(clause, tools)
        if mention is None:
            rest.append(clause)
            continue
        without = _without(clause, mention.phrase)
        if rest and not _words(without):  # "What time is it in Oslo? Use the time server."
            without = rest[-1] if re.match(rf"\s*{_WRITES}", rest[-1], re.IGNORECASE) else rest.pop()
        if re.match(rf"\s*(?:please\s+)?{_WRITES}", clause, re.IGNORECASE):
            rest.append(without)  # the text is still to be written
        _plan(found, mention, without, answers)
    if not (found.steps or found.questions):
        return None
    found.rest = ". ".join(part.strip(" .,;") for part in rest if _WORD.search(part.lower()))
    return found


def _split(request: str) -> list[str]:
    """The clauses of a request; what stands in double quotation marks stays in one piece."""
    whole = [at.span() for at in _PIECE.finditer(request)]
    parts, begin = [], 0
    for at in _CLAUSES.finditer(request):
        if not any(start < at.end() and at.start() < end for start, end in whole):
            parts.append(request[begin : at.start()])
            begin = at.end()
    return [*parts, request[begin:]]


def servers_named(request: str, names: Sequence[str]) -> list[str]:
    """Those of the servers that the request asks to use."""
    return [name for name in names if re.search(_server(name), request, re.IGNORECASE)]


def _spelled(name: str) -> str:
    return "[ _-]".join(re.escape(part) for part in re.split(r"[ _-]", name))


def _server(name: str) -> str:
    return rf"\b{_BY}\s+(?:the\s+|our\s+|my\s+)?[\"'`]?{_spelled(name)}[\"'`]?\s+(?:mcp\s+|tool\s+)*(?:server|agent)\b"


def _tool(name: str) -> str:
    return rf"\b{_BY}\s+(?:the\s+|our\s+|my\s+)?[\"'`]?{_spelled(name)}[\"'`]?\s+tool\b"


def _owner(tool: Tool) -> str:
    """The server that has it, else the type of the agents that do it."""
    return tool.server or tool.agent


def _whose(tool: Tool) -> str:
    return f"the {_owner(tool)} {'server' if tool.server else 'agent'}"


def _mention(clause: str, tools: Mapping[str, Tool]) -> _Mention | None:
    """The tool by its id, else by its name, else those of the server that is named."""
    for id, tool in tools.items():
        if at := re.search(rf"(?:\b{_BY}\s+(?:the\s+)?)?(?<![\w.]){re.escape(id)}(?![\w-])(?:\s+tool\b)?", clause):
            return _Mention([tool], at.span(), True)
    by_server = {
        name: at
        for name in dict.fromkeys(_owner(tool) for tool in tools.values())
        if (at := re.search(_server(name), clause, re.IGNORECASE))
    }
    by_tool = [(one, at) for one in tools.values() if (at := re.search(_tool(one.name), clause, re.IGNORECASE))]
    narrowed = [(one, at) for one, at in by_tool if not by_server or _owner(one) in by_server]
    if narrowed:
        return _Mention([one for one, _ in narrowed], narrowed[0][1].span(), len(narrowed) == 1)
    for name, at in by_server.items():
        return _Mention([tool for tool in tools.values() if _owner(tool) == name], at.span(), False)
    return None


def _without(clause: str, phrase: tuple[int, int]) -> str:
    """The clause without the words that name the tool, and the "to" that joined them."""
    after = re.sub(r"^\s*(?:to|and|for)\s+", " ", clause[phrase[1] :], flags=re.IGNORECASE)
    return f"{clause[: phrase[0]]} {after}".strip(" ,.")


def _plan(found: Named, mention: _Mention, wish: str, answers: Mapping[str, str]) -> None:
    tool = _chosen(mention, wish, answers)
    if tool is None:
        found.questions.append(
            Question(
                field="tool",
                question=f"Which tool of {_whose(mention.tools[0])} should do it?",
                why="Several of its tools may be meant.",
                options=[one.name for one in mention.tools][:20],
            )
        )
        return
    inputs, missing = _inputs(tool, wish, answers)
    for name, schema in missing:
        said = str(schema.get("description") or "")[:300]
        options = [str(one) for one in schema.get("enum", [])][:20]
        question = f"What should {tool.tool_id} get as {name}?"
        found.questions.append(
            Question(field=f"input_{name}", question=question, why=said or "The tool requires it.", options=options)
        )
    if missing:
        return
    number = len(found.steps) + 1
    id = re.sub(r"[^a-z0-9_]", "_", f"use_{_owner(tool)}".lower() + (f"_{number}" if number > 1 else ""))
    found.steps.append(PlanStep(id=id, tool=tool.tool_id, inputs=inputs, produces="deliverable:result"))
    of = f", of the {len(mention.tools)} tools of {_whose(tool)} that you named" if len(mention.tools) > 1 else ""
    given = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in inputs.items()) or "nothing"
    found.notes.append(f"{tool.tool_id} was chosen{of}; it gets {given}."[:600])
    found.wish = found.wish or wish


def _chosen(mention: _Mention, wish: str, answers: Mapping[str, str]) -> Tool | None:
    """The one that is meant; None where the words do not tell."""
    if len(mention.tools) == 1:
        return mention.tools[0]
    answered = answers.get("tool", "").strip().lower()
    for tool in mention.tools:
        if answered in (tool.name.lower(), tool.tool_id.lower()):
            return tool
    words = _words(wish)
    best = max(_score(tool, words) for tool in mention.tools)
    first = [tool for tool in mention.tools if best and _score(tool, words) == best]
    if len(first) > 1:  # that for which the words say all it needs
        first = [tool for tool in first if not _inputs(tool, wish, answers)[1]]
    return first[0] if len(first) == 1 else None


def _words(text: str) -> set[str]:
    found = (word for word in _WORD.findall(text.lower()) if word not in _IDLE)
    return {word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found}


def _score(tool: Tool, words: set[str]) -> int:
    """How much of the wish the tool's name and its first sentence have."""
    name, said = _words(tool.name), _words(tool.description.split(". ")[0][:300])
    return 3 * len(words & name) + len(words & (said - name))


def _inputs(
    tool: Tool, wish: str, answers: Mapping[str, str]
) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """(the inputs that the words give, the required ones that they do not)."""
    properties = {name: one for name, one in tool.input_schema.get("properties", {}).items() if isinstance(one, dict)}
    required = [name for name in tool.input_schema.get("required", []) if name in properties]
    taken: set[tuple[int, int]] = set()
    given: dict[str, Any] = {}
    for name in [*required, *(name for name in properties if name not in required)]:
        schema = properties[name]
        value = _answered(answers.get(f"input_{name}"), schema)
        if value is None:
            value = _read(name, schema, wish, taken, required=name in required)
        if value is not None:
            given[name] = value
    open_ = [name for name in required if name not in given and "default" not in properties[name]]
    numbers = [name for name in open_ if _kind(properties[name]) in ("number", "integer")]
    given |= _in_order(numbers, wish, taken, named=any(_label(name).search(wish) for name in properties))
    return given, [(name, properties[name]) for name in open_ if name not in given]


def _label(name: str) -> re.Pattern[str]:
    """ "NAME=VALUE", "NAME: VALUE"."""
    return re.compile(rf"\b{_spelled(name)}\s*[=:]", re.IGNORECASE)


def _in_order(names: Sequence[str], wish: str, taken: set[tuple[int, int]], *, named: bool) -> dict[str, Any]:
    """ "add 2 and 3": as many bare numbers as inputs that want one, in order. Else none is guessed.

    Who names one input names them all; a year is a time.
    """
    free = [at.group() for at in _NUMBER.finditer(_YEAR.sub(_blank, wish)) if at.span() not in taken]
    if named or len(free) != len(names):
        return {}
    return {name: float(text) if "." in text else int(text) for name, text in zip(names, free, strict=True)}


def _blank(at: re.Match[str]) -> str:
    return " " * len(at.group())


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "string")
    return str(next((one for one in kind if one != "null"), "string") if isinstance(kind, list) else kind)


def _answered(text: str | None, schema: Mapping[str, Any]) -> Any:
    if text is None or not text.strip():
        return None
    if _kind(schema) == "string":
        return text.strip()
    try:
        found = json.loads(text)
    except ValueError:
        return text.strip()  # the check of the plan says what is wrong with it
    return found if first_fault(found) is None else text.strip()


def _read(name: str, schema: Mapping[str, Any], wish: str, taken: set[tuple[int, int]], *, required: bool) -> Any:
    """The value of one input in the words, each part of which is used once; None where it is not there."""
    kind, plain = _kind(schema), _spelled(name)
    for option in schema.get("enum", []):
        if isinstance(option, str) and re.search(rf"(?<!\w){re.escape(option)}(?!\w)", wish, re.IGNORECASE):
            return option
    words = kind == "string" and "enum" not in schema and not any(part in name.lower() for part in _FORMS)
    token = _SAID if words else r"[^\s,;]+"
    if at := re.search(rf"\b{plain}\s*[=:]\s*(?:{_STRING}|({token}))", wish, re.IGNORECASE):
        quoted = at[1] if at[1] is not None else at[2]
        return _answered(at[3] if quoted is None else re.sub(r"\\([\"'\\])", r"\1", quoted), schema)
    if "enum" in schema:
        return None
    if kind in ("number", "integer"):
        return _number(name, wish, taken)
    if kind != "string":
        return None
    for part, form in _FORMS.items():
        if part in name.lower():
            at = _next(form, wish, taken)
            return at.group() if at else None
    if not required:
        return None
    quoted = _next(_QUOTED, wish, taken)
    if quoted is not None:
        return quoted[1] or quoted[2]
    if any(part == name.lower() or part in name.lower().split("_") for part in _FREE):
        return wish.strip()[:4_000] or None
    return None


def _next(form: re.Pattern[str], wish: str, taken: set[tuple[int, int]]) -> re.Match[str] | None:
    for at in form.finditer(wish):
        if at.span() not in taken:
            taken.add(at.span())
            return at
    return None


def _number(name: str, wish: str, taken: set[tuple[int, int]]) -> int | float | None:
    """ "amount 500"."""
    at = re.search(rf"\b{_spelled(name)}\s+(-?\d+(?:\.\d+)?)\b", wish, re.IGNORECASE)
    if at is None:
        return None
    taken.add(at.span(1))
    return float(at[1]) if "." in at[1] else int(at[1])
