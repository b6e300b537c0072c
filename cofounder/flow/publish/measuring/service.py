"""What became of posts, as people see it, and the readings that they type."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import predicting
from cofounder.business.derive import attributed
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewReading
from cofounder.channels import tagging
from cofounder.channels.readers import COUNTERS, READABLE
from cofounder.flow.publish import service as publications
from cofounder.flow.publish.measuring import ages, doubts, queries, writing
from cofounder.flow.publish.measuring.carrying import TOPIC
from cofounder.flow.publish.measuring.errors import (
    NothingToMeasure,
    ReadingEmpty,
    ReadingMissing,
    ReadingNotTyped,
    ReadingThere,
    ReadingTimeUnfit,
)
from cofounder.flow.publish.measuring.schemas import (
    AgeOut,
    AttributedOut,
    CountersOut,
    FollowersOut,
    ForetoldOut,
    MeasuredAccountOut,
    MeasurementCountsOut,
    MeasurementOut,
    MeasurementsOut,
    MeasurementState,
    PostReadingOut,
    PublicationMeasuredOut,
    ReadingIn,
    ReadingTypedOut,
)
from cofounder.flow.publish.measuring.tables import Measurement
from cofounder.kit import cursors, live
from cofounder.kit.clock import now
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.personas.followers import service as followers

SCORED = timedelta(hours=72)  # the age by which predictions and voices are judged
SCORED_WITHIN = timedelta(days=4)  # after the first reading of that age, for figures that it lacks
TYPED = "typed"
_SLACK = timedelta(minutes=1)  # clocks of two machines
_TWICE = timedelta(minutes=2)  # within a minute, of which the first may have been kept as it began


async def of(session: AsyncSession, publication_id: UUID) -> PublicationMeasuredOut:
    """What is known of a publication's readings, those to come, and what was foretold. Raises PublicationMissing."""
    row = await publications.get(session, publication_id)
    since = await _since(session, publication_id)
    post = await _post(session, publication_id)
    rows = await records.readings_of(session, post)
    known = [_reading(one, since, doubts.of(one, rows[:place])) for place, one in enumerate(rows)]
    planned = await queries.of(session, publication_id)
    given = None
    if since is not None:
        given = await predicting.given_for(session, row.task_id, row.channel, by=since)
    before, after = await _followers(session, row.channel, since)
    mark = tagging.mark(row.task_id, row.channel)
    campaign = tagging.campaign_in((row.content.get("plain"), row.content.get("html")), mark)
    return PublicationMeasuredOut(
        publication_id=row.id,
        channel=row.channel,
        published_at=since,
        note=_note(row.state, row.delivered_by, row.external_id, since, planned),
        readings=known,
        ages=[_age(one) for one in planned],
        foretold_at=given["made_at"] if given else None,
        foretold=_foretold(given["outcomes"], known) if given else [],
        followers_before=before,
        followers_after=after,
        campaign=campaign,
        content=mark if campaign else None,
        attributed=await _attributed(session, post),
    )


async def listed(
    session: AsyncSession,
    *,
    states: Sequence[MeasurementState] | None,
    by_hand: bool | None,
    cursor: str | None,
    limit: int,
) -> MeasurementsOut:
    """Ages of publications and how they stand; asked for `due` alone, those whose time has come. Raises CursorInvalid."""
    at = now()
    until = at if queries.by_due(states) else None
    rows = list(
        await queries.page(session, states=states, by_hand=by_hand, until=until, after=_place(cursor), limit=limit + 1)
    )
    shown = rows[:limit]
    told = await queries.told(session, [row.publication_id for row in shown])
    counted = await queries.counts(session, at)
    return MeasurementsOut(
        items=[_listed(row, told.get(row.publication_id, {})) for row in shown],
        next_cursor=_cursor(shown[-1], by_due=queries.by_due(states)) if len(rows) > limit else None,
        total=await queries.total(session, states=states, by_hand=by_hand, until=until),
        counts=MeasurementCountsOut(**counted),
        accounts=[
            MeasuredAccountOut(
                **{name: getattr(one, name) for name in MeasuredAccountOut.model_fields if name != "waits_until"},
                waits_until=one.wait_until if one.wait_until and one.wait_until > at else None,
            )
            for one in await queries.accounts(session)
        ],
    )


async def due(session: AsyncSession) -> int:
    """Ages whose time has come, and that no person is asked for."""
    return (await queries.counts(session, now()))["due"]


async def type_in(session: AsyncSession, publication_id: UUID, said: ReadingIn, *, by: Caller) -> ReadingTypedOut:
    """Keep what a person read of a post; the same minute again corrects it, and the same again within a minute is one.

    Raises PublicationMissing, NothingToMeasure, ReadingEmpty, ReadingTimeUnfit, ReadingMissing, ReadingNotTyped,
    ReadingThere.
    """
    row = await publications.locked(session, publication_id)  # sent twice at once, it is one reading
    given_counts = {name: getattr(said, name) for name in COUNTERS if name in said.model_fields_set}
    if not given_counts:
        raise ReadingEmpty(field="views")
    since = await _since(session, publication_id)
    if since is None:
        raise NothingToMeasure(f"It is {row.state}." if row.state != "published" else "It lies in the outbox.")
    post = await _post(session, publication_id)
    rows = await records.readings_of(session, post)
    before = _typed(rows, said.replaces, "replaces") if said.replaces is not None else None
    given = said.measured_at or (before.measured_at if before else _just_typed(rows, given_counts))
    at = _minute(given or now(), since)
    counts = _mended(before or _typed_of(rows, at), given_counts)
    if before is not None and before.measured_at != at:
        _place_is_free(rows, at)
        await _gone(session, publication_id, before, by)
        rows.remove(before)
    flags = records.odd(counts)
    kept = await records.correct_reading(
        session,
        NewReading(
            post_id=post, platform=row.channel, measured_at=at, source=TYPED, flags=flags,
            raw={"typed_by": by.who, **counts}, **counts,
        ),
    )  # fmt: skip
    await writing.answered(session, publication_id, kept.id, at)
    await audit(
        session, by.who, "publication.measured", "publication", str(publication_id), {"at": at.isoformat(), **counts}
    )
    live.changed(session, TOPIC, publication_id)
    live.changed(session, "publications", publication_id)
    notes = doubts.of(kept, [one for one in rows if one.measured_at < at])
    return ReadingTypedOut(reading=_reading(kept, since, notes), notes=notes)


async def take_away(
    session: AsyncSession, publication_id: UUID, reading_id: UUID, *, by: Caller
) -> PublicationMeasuredOut:
    """Take a typed reading away, for it was a mistake; what it answered is asked again.

    Raises PublicationMissing, ReadingMissing, ReadingNotTyped.
    """
    await publications.locked(session, publication_id)
    rows = await records.readings_of(session, await _post(session, publication_id))
    await _gone(session, publication_id, _typed(rows, reading_id, "reading_id"), by)
    live.changed(session, TOPIC, publication_id)
    live.changed(session, "publications", publication_id)
    return await of(session, publication_id)


async def typed_at(session: AsyncSession, publication_id: UUID, at: datetime) -> UUID:
    """The reading that a person typed for this minute. Raises PublicationMissing, ReadingMissing."""
    await publications.get(session, publication_id)
    rows = await records.readings_of(session, await _post(session, publication_id))
    for row in reversed(rows):
        if row.source == TYPED and _to_the_minute(row.measured_at) == _to_the_minute(at):
            return row.id
    raise ReadingMissing(f"Nobody typed one of {at:%Y-%m-%d %H:%M} UTC.", field="at")


async def _gone(session: AsyncSession, publication_id: UUID, row: records.ReadingRow, by: Caller) -> None:
    told = {name: value for name, value in _counters(row).items() if value is not None}
    await records.remove_reading(session, row)
    await writing.taken_away(session, publication_id, row.id, now())
    details = {"at": row.measured_at.isoformat(), **told}
    await audit(session, by.who, "publication.reading_removed", "publication", str(publication_id), details)


def _typed_of(rows: Sequence[records.ReadingRow], at: datetime) -> records.ReadingRow | None:
    return next((one for one in rows if one.source == TYPED and one.measured_at == at), None)


def _mended(row: records.ReadingRow | None, given: dict[str, int | None]) -> dict[str, int]:
    """The figures of a reading once these are given: those left out stay, null takes one away. Raises ReadingEmpty."""
    held = {name: getattr(row, name) for name in COUNTERS} if row is not None else {}
    counts = {name: value for name, value in {**held, **given}.items() if value is not None}
    if not counts:
        told = "Nothing would be left of it: take the whole reading away instead." if held else None
        raise ReadingEmpty(told, field="views") if told else ReadingEmpty(field="views")
    return counts


def _typed(rows: Sequence[records.ReadingRow], id: UUID, field: str) -> records.ReadingRow:
    row = next((one for one in rows if one.id == id), None)
    if row is None:
        raise ReadingMissing(field=field)
    if row.source != TYPED:
        raise ReadingNotTyped(f"This one is of {row.source}.", field=field)
    return row


def _place_is_free(rows: Sequence[records.ReadingRow], at: datetime) -> None:
    """Raises ReadingThere where one was read at that time already, which a moved one would overwrite."""
    there = next((one for one in rows if one.import_id is None and one.measured_at == at), None)
    if there is not None:
        told = ", ".join(f"{name} {value:,}" for name, value in _counters(there).items() if value is not None)
        raise ReadingThere(f"Of {at:%Y-%m-%d %H:%M} UTC there is another reading, {there.id}: {told}.")


def _minute(at: datetime, since: datetime) -> datetime:
    """When a person read it: people know minutes, and so typed again of the same minute it corrects. Raises
    ReadingTimeUnfit.
    """
    if at > now() + _SLACK:
        raise ReadingTimeUnfit("It lies in the future.", field="measured_at")
    if at < _to_the_minute(since):
        raise ReadingTimeUnfit(f"The post went out at {since:%Y-%m-%d %H:%M} UTC, after that.", field="measured_at")
    return max(_to_the_minute(min(at, now())), since)  # what is ahead by a little is a clock that goes fast


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _just_typed(rows: Sequence[records.ReadingRow], counts: dict[str, int | None]) -> datetime | None:
    """When the very same was typed within the last minute, by somebody who pressed the button twice."""
    same = {**dict.fromkeys(COUNTERS), **counts}
    last = rows[-1] if rows else None
    if last is None or last.source != TYPED or last.measured_at < now() - _TWICE:
        return None
    return last.measured_at if _counters(last) == same else None


async def _attributed(session: AsyncSession, post: UUID) -> AttributedOut | None:
    found = await attributed.of_post(session, post, as_of=now())
    if found is None:
        return None
    return AttributedOut(
        sessions=found.website_traffic_attributed,
        conversions=found.conversions_attributed,
        revenue=found.revenue_attributed,
        currency=found.currency,
        return_on_cost=found.roi,
        split_by=found.split_by,
        first_day=found.first_day,
        last_day=found.last_day,
    )


async def _post(session: AsyncSession, publication_id: UUID) -> UUID:
    """The post that it became: one that was imported before has an id of its own."""
    return (await records.posts_of(session, [publication_id])).get(publication_id, publication_id)


async def _since(session: AsyncSession, id: UUID) -> datetime | None:
    return (await records.posted(session, [id])).get(id, (None, None))[0]


async def _followers(
    session: AsyncSession, channel: str, since: datetime | None
) -> tuple[FollowersOut | None, FollowersOut | None]:
    if since is None:
        return None, None
    begun = since + timedelta(hours=1)  # the first count after publishing stands for the one before
    found = await followers.around(session, channel, at=begun, until=since + SCORED)
    before, after = (FollowersOut(counted_at=one[0], count=one[1]) if one else None for one in found)
    return before, after


def _note(
    state: str, by: str, external_id: str | None, since: datetime | None, planned: Sequence[Measurement]
) -> str | None:
    if since is None:
        return "It stands nowhere yet." if state != "published" else "It lies in the outbox until somebody posted it."
    if by == publications.OUTBOX:
        return "It was posted by hand: type what you read there."
    if external_id is None and by in READABLE:
        return "Nobody knows which post it is: give its address, or type what you read there."
    if not planned:
        return f"Nothing is read by itself: no account at {by} is connected that counts anything. Type what you know."
    return None


def _counters(row: Any) -> dict[str, int | None]:
    return {name: getattr(row, name) for name in CountersOut.model_fields}


def _reading(row: records.ReadingRow, since: datetime | None, notes: list[str]) -> PostReadingOut:
    counts = _counters(row)
    return PostReadingOut(
        **counts,
        reading_id=row.id,
        measured_at=row.measured_at,
        age_seconds=max(0, int((row.measured_at - since).total_seconds())) if since else None,
        source=row.source,
        engagement_rate=_rate(counts),
        flags=list(row.flags),
        notes=notes,
    )


def _engaged(counts: dict[str, int | None]) -> int | None:
    told = [counts[name] for name in ("clicks", "shares", "comments")]
    known = [one for one in told if one is not None]
    return sum(known) if known else None


def _rate(counts: dict[str, int | None]) -> float | None:
    seen = counts["views"] if counts["views"] is not None else counts["impressions"]
    engaged = _engaged(counts)
    return round(engaged / seen, 6) if seen and engaged is not None else None


def _foretold(outcomes: dict[str, Any], known: Sequence[PostReadingOut]) -> list[ForetoldOut]:
    """Each outcome's interval beside what came."""
    scored = next((one for one in known if (one.age_seconds or 0) >= SCORED.total_seconds()), None)
    newest, scoring = list(reversed(known)), _scoring(known, scored) if scored else []
    reached = any(one.reach is not None for one in known)
    found = []
    for name, one in sorted(outcomes.items(), key=lambda each: _place_of(each[0])):
        final, so_far = _came(name, scoring, reached), _came(name, newest, reached)
        came = so_far if final is None else final
        ended = final is not None or (scored is not None and so_far is None)
        value, low, high = one.get("value"), one.get("low"), one.get("high")
        held = low <= final <= high if final is not None and low is not None and high is not None else None
        found.append(ForetoldOut(outcome=name, value=value, low=low, high=high, came=came, final=ended, held=held))
    return found


def _scoring(known: Sequence[PostReadingOut], first: PostReadingOut) -> list[PostReadingOut]:
    """What a post is scored by: this reading, and for what it lacks those of the four days after it."""
    until = first.measured_at + SCORED_WITHIN
    return [one for one in known if first.measured_at <= one.measured_at <= until]


def _place_of(outcome: str) -> int:
    names = [*predicting.OUTCOMES]
    return names.index(outcome) if outcome in names else len(names)


def _came(outcome: str, known: Sequence[PostReadingOut], reached: bool) -> float | None:
    """What answers an outcome: of the first of these that tells it, as a reading need not tell all. Sums and rates are of
    one reading. Views stand for reach, as where it is foretold, unless some reading `reached` it.
    """
    return next((told for one in known if (told := _told(outcome, one, reached)) is not None), None)


def _told(outcome: str, one: PostReadingOut, reached: bool) -> float | None:
    if outcome == "engagement_rate":
        return one.engagement_rate
    counts = _counters(one)
    if outcome == "engagement":
        return _engaged(counts)
    return counts.get("views" if outcome == "reach" and not reached else outcome)


def _age(row: Measurement) -> AgeOut:
    return AgeOut(
        age=ages.named(timedelta(seconds=row.age_seconds)),
        age_seconds=row.age_seconds,
        due_at=row.due_at,
        state=row.state,
        by_hand=row.source == "",
        attempts=row.attempts,
        read_at=row.read_at,
        said=row.said,
    )


def _listed(row: Measurement, told: dict[str, Any]) -> MeasurementOut:
    return MeasurementOut(
        **_age(row).model_dump(),
        publication_id=row.publication_id,
        task_id=told.get("task_id"),
        title=told.get("title"),
        url=told.get("url"),
        channel=row.channel,
        published_at=row.published_at,
    )


def _cursor(row: Measurement, *, by_due: bool) -> str:
    at = row.due_at if by_due else row.published_at
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{row.publication_id}~{row.age_seconds}"


def _place(cursor: str | None) -> tuple[datetime, UUID, int] | None:
    if cursor is None:
        return None
    try:
        moment, id, seconds = cursor.split("~")
        return cursors.point_in_time(moment), UUID(id), cursors.whole_number(seconds)
    except ValueError as error:
        raise records.CursorInvalid(field="cursor") from error
