"""What of the plan for a stretch of time gets in its own way: told, never forbidden, before it happens. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from cofounder import channels
from cofounder.channels.senders.books import Quota
from cofounder.flow.publish.schemas import Conflict, ConflictKind, SlotNamed

SOON = timedelta(hours=24)  # a slot so near without an approval is told


@dataclass(frozen=True)
class Entry:
    """Something that goes out, or is meant to, at a time: a publication, an undecided task, or a series' slot to come."""

    at: datetime
    channel: str  # "" of a task of which it is not known yet
    sender: str
    account: str
    posts: int = 1
    waits: bool = True  # false: it went out already
    text: str | None = None  # names the text; None while there is none
    publication: UUID | None = None
    task: UUID | None = None
    undecided: bool = False
    expires_at: datetime | None = None  # of an undecided task
    slot: SlotNamed | None = None

    def told(self) -> str:
        """Such as "LinkedIn by Acme"."""
        return f"{channels.called(self.channel)} by {self.account}"


@dataclass(frozen=True)
class Rules:
    """What counts as too near or too soon, what channels take, and until when accounts last."""

    apart: timedelta
    again: timedelta
    quotas: Mapping[str, Quota] = field(default_factory=dict)  # sender -> its quota
    expires: Mapping[tuple[str, str], datetime] = field(
        default_factory=dict
    )  # (sender, account) -> when its access ends
    versions: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)  # sender -> its API's version, its end
    gone: frozenset[tuple[str, str]] = frozenset()  # (sender, account) that cannot be published by now


def conflicts(entries: Iterable[Entry], rules: Rules, at: datetime) -> list[Conflict]:
    """Everything of what waits that gets in its own way, earliest first; what is the same of one minute once."""
    known = sorted(entries, key=lambda one: (one.at, str(one.publication or one.task)))
    found = [*_close(known, rules.apart), *_once(_again(known, rules.again)), *_full(known, rules)]
    found += [*_once(_ending(known, rules)), *_undecided(known, at)]
    return sorted(found, key=lambda one: (one.at, one.kind))


def _close(known: Sequence[Entry], apart: timedelta) -> Iterable[Conflict]:
    by: dict[tuple[str, str, str], list[Entry]] = {}
    for one in known:
        if not one.channel:  # nobody knows yet where it goes
            continue
        by.setdefault((one.sender, one.account, one.channel), []).append(one)
    for of in by.values():
        together: list[Entry] = []  # at one minute
        for before, one in pairwise(of):
            if one.at - before.at >= apart or not one.waits or (before.task is not None and before.task == one.task):
                continue
            if together and before is together[-1] and _minutes(together[0], one) == 0:
                together.append(one)
                continue
            if together:
                yield _at_once(together)
            together = [before, one] if _minutes(before, one) == 0 else []
            if not together:
                told = f"{_minutes(before, one)} min after another"
                yield _conflict("close", one.at, f"{one.told()}: {told}.", [before, one])
        if together:
            yield _at_once(together)


def _minutes(before: Entry, one: Entry) -> int:
    return round((one.at - before.at).total_seconds() / 60)


def _at_once(together: Sequence[Entry]) -> Conflict:
    last = together[-1]
    told = "at the same minute as another" if len(together) == 2 else f"{len(together)} at the same minute"
    return _conflict("close", last.at, f"{last.told()}: {told}.", together)


def _again(known: Sequence[Entry], again: timedelta) -> Iterable[Conflict]:
    last: dict[tuple[str, str], Entry] = {}
    for one in known:
        if one.text is None:
            continue
        before = last.get((one.channel, one.text))
        if before is not None and one.waits and one.at - before.at < again:
            told = f"{one.told()}: the same text as on {before.at:%Y-%m-%d}."
            yield _conflict("same_text", one.at, told, [before, one])
        last[one.channel, one.text] = one


def _full(known: Sequence[Entry], rules: Rules) -> Iterable[Conflict]:
    over: dict[tuple[str, str, datetime], tuple[str, list[Entry]]] = {}
    for place, one in enumerate(known):
        quota = rules.quotas.get(one.sender)
        if quota is None or not one.waits:
            continue
        mine = [
            each
            for each in known[: place + 1]
            if (each.sender, each.account) == (one.sender, one.account) and one.at - each.at < quota.within
        ]
        posts = sum(each.posts for each in mine)
        if posts > quota.posts:
            told = f"{one.told()}: {posts} posts, and {channels.called(one.channel)} takes {quota.words}."
            minute = (one.sender, one.account, one.at.replace(second=0, microsecond=0))
            over[minute] = (told, [*over.get(minute, ("", []))[1], one])
    for told, of in over.values():
        yield _conflict("quota", of[-1].at, told, of)


def _ending(known: Sequence[Entry], rules: Rules) -> Iterable[Conflict]:
    for one in known:
        ends = rules.expires.get((one.sender, one.account))
        if not one.waits:
            continue
        if (one.sender, one.account) in rules.gone:
            yield _conflict("account", one.at, f"{one.told()}: the account has to be connected again first.", [one])
        elif ends is not None and ends <= one.at:
            told = f"{one.told()}: its access ends before, on {ends:%Y-%m-%d at %H:%M} UTC."
            yield _conflict("account", one.at, told, [one])
        version = rules.versions.get(one.sender)
        if version is not None and version[1] <= one.at:
            told = f"{one.told()}: {version[0]} ends before, on {version[1]:%Y-%m-%d}. Update Cofounder before then."
            yield _conflict("account", one.at, told, [one])


def _undecided(known: Sequence[Entry], at: datetime) -> Iterable[Conflict]:
    seen: set[UUID] = set()
    for one in known:
        if not one.undecided or one.task is None or one.task in seen:
            continue
        seen.add(one.task)
        if one.expires_at is not None and one.expires_at < one.at:
            told = f"Its approval expires before, on {one.expires_at:%Y-%m-%d at %H:%M} UTC."
        elif one.at <= at:
            told = "Its time has passed and nobody has approved it."
        elif one.at - at < SOON:
            told = "Nobody has approved it yet."
        else:
            continue
        yield _conflict("approval", one.at, told, [one])


def _once(found: Iterable[Conflict]) -> Iterable[Conflict]:
    """What is told in the same words of one minute, as one."""
    kept: dict[tuple[str, datetime], Conflict] = {}
    for one in found:
        name = (one.told, one.at.replace(second=0, microsecond=0))
        held = kept.get(name)
        kept[name] = one if held is None else held.model_copy(update={"at": one.at, **_both(held, one)})
    return kept.values()


def _both(one: Conflict, other: Conflict) -> dict[str, list[UUID] | list[SlotNamed]]:
    slots = [*one.slots, *(each for each in other.slots if each not in one.slots)]
    return {
        "publication_ids": list(dict.fromkeys([*one.publication_ids, *other.publication_ids])),
        "task_ids": list(dict.fromkeys([*one.task_ids, *other.task_ids])),
        "slots": slots,
    }


def _conflict(kind: ConflictKind, at: datetime, told: str, of: Sequence[Entry]) -> Conflict:
    return Conflict(
        kind=kind,
        at=at,
        told=told,
        publication_ids=[one.publication for one in of if one.publication is not None],
        task_ids=list(dict.fromkeys(one.task for one in of if one.task is not None)),
        slots=[one.slot for one in of if one.slot is not None],
    )
