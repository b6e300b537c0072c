"""`cofounder doctor`: everything that was looked at, and how to mend what is not in order."""

from typing import TYPE_CHECKING

from cofounder.cli import home, out

if TYPE_CHECKING:
    from rich.table import Table

    from cofounder.ops.doctor import Finding


async def doctor(*, json: bool) -> int:
    """Look at everything and say it. Exit code 6 when something has failed."""
    from cofounder.channels import standing as channels
    from cofounder.cli.causes import explain
    from cofounder.kit import db
    from cofounder.models import standing as models
    from cofounder.ops import connections
    from cofounder.ops import doctor as checks

    try:
        async with home.opened(), db.transaction() as session:
            found = await checks.run(session)
            await connections.refresh(session)  # what stands in the settings, not in the environment alone
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        found = checks.without_database(known)
    found += [*models.findings(), *channels.findings()]
    failed = any(one.state == "failed" for one in found)
    if json:
        out.emit({"ok": not failed, "items": [one.model_dump() for one in found]})
    else:
        out.screen().print(_listed(found))
    return out.ENDED_BADLY if failed else 0


def _listed(found: "list[Finding]") -> "Table":
    """One row a finding: glyph, name, what was found, and under it how to mend it."""
    from rich.table import Table
    from rich.text import Text

    glyphs = {"ok": ("✓", "done"), "missing": ("○", "quiet"), "expires": ("◆", "you"), "failed": ("✗", "failed")}
    rows = Table.grid(padding=(0, 1))
    for one in found:
        detail = Text(one.detail)
        if one.mend:
            detail.append(f"\n{one.mend}", style="bold" if one.state == "failed" else "quiet")
        rows.add_row(Text(*glyphs[one.state]), Text(one.name), detail)
    return rows
