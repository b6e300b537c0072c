"""Imports as people read them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from cofounder.business.imports import oddities
from cofounder.business.imports.schemas import Counts, From, ImportOut, Mapping, PreviewOut, SourceOut
from cofounder.cli import out, words
from cofounder.cli.views.grid import table

_CELL = 28
_NAMED = 10  # columns that are named; a wide file leaves out hundreds


@contextmanager
def progress(*, silent: bool) -> Iterator[Callable[[ImportOut], None]]:
    """A line that says how far an import is; nothing where nobody watches."""
    if silent:
        yield lambda _: None
        return
    with out.screen().status("Reading …") as line:

        def tell(row: ImportOut) -> None:
            share = f" of {words.count(row.total)}" if row.total else ""
            line.update(f"{row.label}: {words.count(row.counts.read)}{share} rows read")

        yield tell


def ended(row: ImportOut, *, dry_run: bool) -> None:
    """How an import ended, and what to do about it."""
    screen = out.screen()
    counts = row.checked if dry_run and row.checked is not None else row.counts
    if row.state == "failed" and row.problem is not None:
        out.complain(f"error: {row.problem.get('detail')} {row.problem.get('hint', '')}".strip())
    elif row.state == "refused":
        out.complain("Nothing was brought in: rows were refused, and it was to be all or nothing.")
    elif row.state == "cancelled":
        out.complain("Cancelled.")
    screen.print(f"{'Would bring in' if dry_run else row.kind.replace('_', ' ').capitalize()}: {sums(counts)}.")
    if row.state == "done" and not counts.read:
        screen.print(f"{row.label} has no rows below the names of its columns.", style="you")
    _odd(counts)
    if counts.alone:
        screen.print(f"{words.of(counts.alone, 'row')} found no post or task yet. {_alone(row)}")
    if counts.contradicted:
        screen.print(
            f"{words.of(counts.contradicted, 'row')} said something else than a later one on the same, whose word counts."
        )
    if counts.refused or counts.contradicted:
        screen.print(f"Which values, and why: cofounder imports refused {row.id}")


def _alone(row: ImportOut) -> str:
    doubtful = "cofounder history matches shows what is doubtful"
    if row.kind == "social_analytics" and not row.mapping.make_posts:
        return f"Import its posts too, or the same again with --make-posts for a post each; {doubtful}."
    return f"{doubtful}."


def sums(counts: Counts) -> str:
    """The counts in words, those that are zero left out; where a row is several, rows and parts are told apart."""
    of_parts = _said(counts, "added", "corrected", "unchanged", "repeated", "contradicted")
    left = counts.read - counts.refused
    if counts.parts in (0, left):
        return ", ".join([*_said(counts, "read"), *of_parts, *_said(counts, "refused", "flagged")])
    rows = ", ".join([words.of(counts.read, "row") + " read", *_said(counts, "refused")])
    those = f"the other {words.count(left)} hold" if counts.refused else "they hold" if left > 1 else "it holds"
    return f"{rows}; {those} {words.of(counts.parts, 'part')}: {', '.join([*of_parts, *_said(counts, 'flagged')])}"


def _said(counts: Counts, *names: str) -> list[str]:
    return [f"{words.count(number)} {name}" for name in names if (number := getattr(counts, name)) or name == "read"]


def _odd(counts: Counts) -> None:
    for note in counts.notes:
        out.screen().print(note, style="you")
    if counts.left_out:
        out.screen().print(f"Columns left out: {some(counts.left_out)}. Give one a field with --map.", style="quiet")
    for code, number in sorted(counts.flags.items(), key=lambda pair: -pair[1]):
        out.screen().print(f"  {words.count(number)}  {oddities.say(code)}", style="quiet")


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {words.of(more, 'other')}" if more > 0 else "")


def listed(items: Sequence[ImportOut], total: int) -> None:
    """A table of imports."""
    grid = table("Import", "Kind", "From", "State", ">Read", ">Added", ">Corrected", ">Refused")
    for one in items:
        c = one.counts
        figures = (words.count(number) for number in (c.read, c.added, c.corrected, c.refused))
        grid.add_row(str(one.id)[-12:], one.kind, one.label, one.state, *figures)
    screen = out.screen()
    screen.print(grid if items else "Nothing was brought in yet. Begin with: cofounder import KIND FILE --preview")
    if total > len(items):
        screen.print(f"{words.count(total)} in all.", style="quiet")


def show(row: ImportOut) -> None:
    """One import, whole."""
    screen = out.screen()
    screen.print(f"{row.label}  {row.kind}  {row.state}")
    screen.print(f"{sums(row.counts)}.")
    _odd(row.counts)
    if row.problem is not None:
        screen.print(f"{row.problem.get('detail')} {row.problem.get('hint', '')}", style="failed")
    screen.print(mapped(row.mapping))
    units = row.units
    screen.print(
        f"Time zone {units.timezone}, currency {units.currency}, decimals after {units.decimal!r}.", style="quiet"
    )
    screen.print(str(row.id), style="quiet")


def preview(seen: PreviewOut) -> None:
    """The mapping, the first rows as they would go in, and what to look at."""
    screen = out.screen()
    screen.print(mapped(seen.mapping))
    if seen.unmapped:
        screen.print(f"Left out: {some(seen.unmapped)}", style="quiet")
    names = list(dict.fromkeys(name for row in seen.converted for name in row if name != "line"))[:8]
    if names:
        grid = table(">Line", *names)
        for row in seen.converted[:5]:
            grid.add_row(str(row.get("line", "")), *(str(row.get(name, ""))[:_CELL] for name in names))
        screen.print(grid)
    for fault in seen.refused[:5]:
        value = "" if fault.value is None else f"{fault.value!r}: "
        screen.print(f"Line {fault.line}, {fault.column}: {value}{fault.reason}", style="failed")
    for note in seen.notes:
        screen.print(note, style="you")


def mapped(mapping: Mapping) -> str:
    """Each field with where it comes from."""
    lines = [f"{name} ← {_from(where)}" for name, where in mapping.fields.items()]
    for figure in mapping.figures:
        lines.append(f"{figure.metric_type}{f' of {figure.channel}' if figure.channel else ''} ← {figure.column}")
    lines += [f"dimension {name} ← {_from(where)}" for name, where in mapping.dimensions.items()]
    lines += [f"attribute ← {name}" for name in mapping.keep]
    return "\n".join(lines)


def _from(where: From) -> str:
    said = " + ".join(where.columns) if where.columns else f"the value {where.value!r}"
    more = [f"× {where.scale}" if where.scale is not None else "", f"as {where.format}" if where.format else ""]
    more.append(f"+ {where.add_days} days" if where.add_days else "")
    return " ".join([said, *(one for one in more if one)])


def sources(items: Sequence[SourceOut]) -> None:
    """A table of sources."""
    grid = table("Source", "Type", "Kind", ">Every", "Next", "State")
    for one in items:
        every = f"{one.every_minutes} min" if one.every_minutes else "when asked"
        next_at = one.next_at.isoformat(timespec="minutes") if one.next_at else ""
        state = str(one.problem.get("title")) if one.problem else "well"
        grid.add_row(one.name, one.type, one.kind, every, next_at, state)
    out.screen().print(grid if items else "No source is set up. See: cofounder imports connect --help")
