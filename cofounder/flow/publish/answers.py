"""What a person says became of a publication: whether it fits, whom it is about, and whether somebody said it before."""

from collections.abc import Sequence
from typing import Any

from cofounder.flow.publish import addresses
from cofounder.flow.publish.errors import AnswerMisplaced, NothingToSettle, RecipientReached, RecipientUnknown
from cofounder.flow.publish.outcomes import Outcome
from cofounder.flow.publish.schemas import Verdict
from cofounder.flow.publish.tables import Publication
from cofounder.kit.clock import now

_NAMED = 3  # recipients, before the others are counted


def answer(found: Verdict) -> dict[str, Any]:
    """What makes an answer the same as another: not where it stands and since when, which can be mended."""
    return {
        "verdict": found.verdict,
        "send_again": found.send_again,
        "posts": found.posts,
        "recipients": sorted(map(bare, found.recipients)) if found.recipients is not None else None,
    }


def earlier(row: Publication, attempt: str | None) -> list[dict[str, Any]]:
    """What people said of an attempt. Rows from before this was kept have none."""
    found = [each["answered"] for each in row.history if each.get("answered")]
    return [
        {name: value for name, value in one.items() if name not in ("by", "attempt", "where", "since")}
        for one in found
        if attempt is not None and one["attempt"] == attempt
    ]


def says_no_more(row: Publication, found: Verdict, attempt: str | None) -> None:
    """Raise NothingToSettle where the answer that stands was given with another address, which this one would lose."""
    said = [each["answered"] for each in row.history if each.get("answered")]
    first = next(one for one in said if one["attempt"] == attempt and answer(found).items() <= one.items())
    if found.url is None or found.url in (row.url, first.get("where")):
        return
    where = f", at {row.url}" if row.url else ", without an address"
    hint = f"If it stands elsewhere, mend that: POST /api/publications/{row.id}/posted"
    raise NothingToSettle(f"{first['by']} settled it already: {first['verdict'].replace('_', ' ')}{where}.", hint=hint)


def fits(found: Verdict, row: Publication) -> None:
    """Raises AddressElsewhere, AnswerMisplaced."""
    if found.url is not None:
        addresses.check(found.url, row.channel)
    if found.verdict == "not_sent" and found.url is not None:
        raise AnswerMisplaced("What was not sent stands nowhere.", field="url")
    if found.published_at is None:
        return
    if found.verdict == "not_sent" or found.published_at > now():
        raise AnswerMisplaced("It is the time at which it was sent, in the past.", field="published_at")
    begun = row.first_attempted_at
    if begun is not None and found.published_at < begun.replace(second=0, microsecond=0):  # people know no seconds
        told = f"It was handed over at {begun:%Y-%m-%d %H:%M} UTC, after that."
        raise AnswerMisplaced(told, field="published_at", hint="Give the time at which it was sent, or leave it out.")


def open_to(row: Publication, outcomes: Sequence[Outcome]) -> list[str]:
    """Recipients about whom a person may still say something; not of those who are to be sent without it."""
    states = ("unknown",) if row.state == "scheduled" else ("unknown", "absent")
    return [one.recipient for one in outcomes if one.state in states]


def asks(row: Publication, found: Verdict, outcomes: Sequence[Outcome]) -> bool:
    """Whether anybody still asks for what is said: of whom it is about at least one is open."""
    about = None if found.recipients is None else {bare(one) for one in found.recipients}
    return any(about is None or bare(one) in about for one in open_to(row, outcomes))


def meant(row: Publication, found: Verdict, outcomes: Sequence[Outcome], *, sent: bool) -> list[str]:
    """Whom the answer is about. Raises RecipientUnknown, and for whom something else is known what `_known` does."""
    there = open_to(row, outcomes)
    if found.recipients is None:  # who surely did not get it is said to have it only by name
        return [one.recipient for one in outcomes if one.state == "unknown"] if sent else there
    by_address = {bare(one.recipient): one for one in outcomes}
    meant = []
    for place, given in enumerate(found.recipients):
        one = by_address.get(bare(given))
        if one is None:
            raise RecipientUnknown(f"{given!r} is none of its recipients.", field=f"recipients.{place}")
        if one.recipient not in there:
            _known(row, found, one, f"recipients.{place}")
        elif one.recipient not in meant:
            meant.append(one.recipient)
    return meant


def _known(row: Publication, found: Verdict, one: Outcome, field: str) -> None:
    """Pass over whoever is known to be as the answer says. Raises NothingToSettle, RecipientReached."""
    says, was = found.verdict == "sent", one.state == "done"
    if one.state == "absent" and row.state == "scheduled" and not (one.settled_by and found.send_again):
        told = f"{one.recipient} surely did not get it yet: it is to be sent still."
        raise NothingToSettle(told, field=field, hint="Stop that: cofounder task TASK --cancel")
    if one.state not in ("done", "refused") or says == was:
        return
    if one.settled_by is not None:
        told = f"{_who(row, one)} settled {one.recipient} already: {'sent' if was else 'not sent'}."
        raise NothingToSettle(told, field=field)
    if was:
        raise RecipientReached(f"The message to {one.recipient} was taken.", field=field)
    raise NothingToSettle(f"The message to {one.recipient} was refused.", field=field)


def _who(row: Publication, one: Outcome) -> str:
    """Who settled one recipient last, by name as far as that is remembered."""
    verdict = "sent" if one.state == "done" else "not_sent"
    for said in reversed([each["answered"] for each in row.history if each.get("answered")]):
        about = said.get("recipients")
        if said.get("verdict") == verdict and (about is None or bare(one.recipient) in about):
            return str(said["by"])
    return str(one.settled_by)


def told_for(meant: Sequence[str], found: Verdict) -> str:
    """Whom an answer was about, where it was not about all that could be."""
    if found.recipients is None:
        return ""
    rest = f" and {len(meant) - _NAMED} more" if len(meant) > _NAMED else ""
    return f" for {', '.join(meant[:_NAMED])}{rest}"


def bare(recipient: str) -> str:
    return recipient.rpartition("<")[2].rstrip(">").strip().lower()
