"""Length: as long as the channel and the request want it, as the channel counts."""

from cofounder.channels import length
from cofounder.channels.fitting import too_long
from cofounder.flow.quality.dimensions.reading import FREE_KINDS, Reading, verdict
from cofounder.flow.quality.prose import counted
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue


def score(reading: Reading) -> DimensionScore:
    """1 within the wanted range, less with the distance from it, 0 where the channel would refuse the text."""
    rendered = reading.subject.rendered
    over = _refused(reading)
    if over:
        return verdict(0.0, [over.message], [over])
    size = len(reading.words)
    lines = [
        f"{counted(size, 'word')}; {counted(rendered.length, 'character')}"
        + (f" of {rendered.limit:,}." if rendered.limit else ".")
    ]
    if rendered.parts:
        return _posts(reading, lines)
    if reading.rules.characters is not None:
        low, high = reading.rules.characters
        return _within(reading, rendered.length, low, high, "characters", lines, hard=rendered.limit)
    low, high = _wanted(reading)
    return _within(reading, size, low, high, "words", lines)


def _wanted(reading: Reading) -> tuple[int, int]:
    """The words wanted: the request's own limit beats the form's; edits of a given text have no lower bound."""
    brief = reading.subject.brief
    low, high = reading.form.words
    if brief.kind in FREE_KINDS or reading.given:
        low, high = 1, max(high, len((brief.text or "").split())) if brief.kind != "report" else 100_000
    if brief.kind == "shorten" and brief.text:
        high = max(1, len(brief.text.split()) - 1)
    if brief.max_words is not None:
        low, high = min(low, brief.max_words // 2), brief.max_words
    return low, high


def _refused(reading: Reading) -> Issue | None:
    why = too_long(reading.subject.rendered, reading.rules.label)
    return None if why is None else _issue("over_limit", why, "major")


def _issue(code: str, message: str, severity: str = "minor") -> Issue:
    return Issue.model_validate({"dimension": "length", "code": code, "message": message, "severity": severity})


def _within(
    reading: Reading, size: int, low: int, high: int, unit: str, lines: list[str], hard: int | None = None
) -> DimensionScore:
    lines.append(f"Wanted: {low} to {high} {unit}." if low > 1 else f"Wanted: at most {high} {unit}.")
    if size < low:
        short = size / low
        return verdict(
            short**1.2,
            lines,
            [_issue("too_short", f"{size} {unit}; {low} are wanted.", "major" if short < 0.5 else "minor")],
        )
    if size > high:
        grace = 0.1 if hard is not None and size <= hard else 0.0
        long = high / size + grace
        return verdict(
            long, lines, [_issue("too_long", f"{size} {unit}; {high} are wanted.", "major" if long < 0.6 else "minor")]
        )
    return verdict(1.0, lines)


def _posts(reading: Reading, lines: list[str]) -> DimensionScore:
    """A thread: every post within its room."""
    most = reading.form.max_characters or 280
    sizes = [length(reading.subject.channel, part) for part in reading.subject.rendered.parts]
    lines.append(f"Posts of {', '.join(map(str, sizes))} characters; at most {most} each are wanted.")
    issues = [
        _issue("post_too_long", f"Post {place} has {size} characters; {most} are wanted.")
        for place, size in enumerate(sizes, 1)
        if size > most
    ]
    issues += [
        _issue("post_too_short", f"Post {place} has {size} characters.")
        for place, size in enumerate(sizes, 1)
        if size < 40
    ]
    return verdict(1.0 - 0.15 * len(issues), lines, issues)
