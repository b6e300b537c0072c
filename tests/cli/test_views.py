"""What a person sees: at 80 columns and at 120, with a terminal and without."""

import io
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from cofounder.cli import out
from cofounder.cli.groups import editing
from cofounder.cli.views import approval as approvals
from cofounder.cli.views import task as tasks
from cofounder.cli.views.journey import Journey, Lines, head
from cofounder.cli.views.post import post
from tests.cli.samples import approval, asked, status, step, variant

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def shown(part: RenderableType, *, width: int = 80, terminal: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        theme=out.theme(),
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="256" if terminal else None,
        markup=False,
    )
    console.print(part)
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_all_nine_phases_fit_on_their_lines(width: int) -> None:
    text = shown(Journey(status(steps=[step("draft_linkedin", "running"), step("read", "done")])), width=width)
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 9 + 2
    assert all(len(line) <= width for line in lines)
    for name in ("planning", "tool discovery", "quality check", "learning"):
        assert name in text


def test_steps_stand_under_execution_with_state_seconds_and_cost() -> None:
    lines = shown(Journey(status(steps=[step("read", "done"), step("draft", "waiting")]))).splitlines()
    at = next(i for i, line in enumerate(lines) if "execution" in line)
    assert "✓ read" in lines[at + 1]
    assert "1.2 s" in lines[at + 1]
    assert "$0.004" in lines[at + 1]
    assert "○ draft" in lines[at + 2]
    assert "$" not in lines[at + 2]


def test_a_frame_fits_its_screen_and_keeps_what_runs() -> None:
    many = (
        [step(f"done_{n}", "done") for n in range(12)]
        + [step("now", "running")]
        + [step(f"to_come_{n}", "waiting") for n in range(9)]
    )
    lines = shown(Journey(status(steps=many), room=20)).splitlines()
    assert len(lines) == 20
    assert any("now" in line for line in lines)
    assert any("3 done, 9 waiting" in line for line in lines)
    assert len(shown(Journey(status(steps=many))).splitlines()) == 9 + 22


def test_what_waits_for_a_person_looks_different_from_what_waits_its_turn() -> None:
    text = shown(Journey(status("approval", word="pending_approval")))
    line = next(line for line in text.splitlines() if "approval" in line)
    assert line.startswith("◆")
    assert shown(Journey(status("approval"))).splitlines()[-1].startswith("○")


def test_a_failed_step_says_why() -> None:
    text = shown(Journey(status(steps=[step("read", "failed", attempt=4, error="There are no figures.")])), width=120)
    assert "There are no figures." in text


def test_lines_are_written_once_and_only_added_to() -> None:
    written: list[str] = []
    lines = Lines(written.append)
    lines.show(status("planning"))
    lines.show(status(steps=[step("read", "running")]))
    lines.show(status(steps=[step("read", "running")]))
    lines.show(status(steps=[step("read", "done"), step("draft", "done")]))
    lines.show(status("approval", word="pending_approval", steps=[step("read", "done"), step("draft", "done")]))
    assert len(written) == len(set(written))
    told = "\n".join(written)
    assert told.index("read: started") < told.index("read: done")
    assert told.index("draft: done") < told.index("execution       done")
    assert told.count("planning        done") == 1
    assert written[-1].startswith("approval        pending approval")
    assert not CONTROL.search(told)


def test_a_retry_is_told_with_its_number() -> None:
    written: list[str] = []
    lines = Lines(written.append)
    lines.show(status(steps=[step("read", "running")]))
    lines.show(status(steps=[step("read", "running", attempt=2)]))
    assert any("attempt 2" in line for line in written)


def test_without_a_terminal_there_are_no_control_codes() -> None:
    for part in (Journey(status()), approvals.whole(approval(), company="Larkfield")):
        assert not CONTROL.search(shown(part))


def test_colours_are_mid_tones_that_show_on_paper_and_on_ink() -> None:
    text = shown(approvals.whole(approval()), terminal=True)
    used = {int(code) for code in re.findall(r"38;5;(\d+)", text)}
    assert used <= {28, 32, 160, 166, 243}
    assert not re.findall(r"\x1b\[(?:[0-9;]*;)?(?:2|37|97|90)m", text)


@pytest.mark.parametrize("width", [80, 120])
def test_the_post_keeps_its_words_and_shows_the_fold(width: int) -> None:
    text = shown(post(variant(), company="Larkfield"), width=width)
    assert "…see more" in text
    assert "Larkfield · now" in text
    assert "of 3,000 characters" in text
    assert "Revenue grew 20% in October," in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_approval_shows_scores_evidence_issues_figures_and_where_it_goes() -> None:
    text = shown(approvals.whole(approval()), width=120)
    for part in (
        "0.906",
        "accuracy",
        "2 of 2 figures are traced.",
        "A return is promised.",
        "$150,000",
        "$125,000 (the month before)",
        "October 2026",
        "LinkedIn: outbox",
        "No LinkedIn account is connected",
        "Not enough data.",
    ):
        assert part in text
    assert text.index("A return is promised.") < text.index("One sentence is long.")


def test_exact_writes_the_very_bytes_and_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    long = "Revenue \\(EUR\\) grew " + "and grew again " * 20 + "\r\n\nTwo customers, \u20ac5."
    seen = approval(channel_variants={"linkedin": variant(exact_text=long), "x": variant(exact_text="Short.")})
    assert editing.write_exact(seen, ["linkedin"]) == 0
    assert capfdbinary.readouterr().out == long.encode()
    with pytest.raises(editing.TextUnclear, match="linkedin, x"):
        editing.write_exact(seen, None)


def test_a_plan_is_shown_as_its_steps() -> None:
    plan = {
        "steps": [
            {"id": "read", "tool": "financial.read", "depends_on": [], "estimated_cost": 0.01, "estimated_seconds": 2}
        ]
    }
    text = shown(approvals.whole(approval(kind="plan", plan=plan, channel_variants={})))
    assert "financial.read" in text
    assert "$0.010" in text


def test_questions_are_asked_with_their_reason_and_choices() -> None:
    asked = [
        {"field": "channels", "question": "Where should it go?", "why": "None is named.", "options": ["linkedin", "x"]}
    ]
    text = "".join(shown(part) for part in tasks.ended(status("planning", word="needs_clarification", questions=asked)))
    for part in ("Where should it go?", "None is named.", "linkedin, x", "(channels)"):
        assert part in text


def test_an_error_is_followed_by_what_to_do() -> None:
    error = {"detail": "There are no figures.", "hint": "Import some."}
    text = "".join(shown(part) for part in tasks.ended(status(word="failed", error=error)))
    assert text.index("There are no figures.") < text.index("Import some.")


def test_the_head_says_what_it_took_beside_what_was_expected() -> None:
    assert shown(head(status())).strip() == "◐ running  3.2 s, $0.012 (expected ~8.0 s, ~$0.020)"


def test_a_time_that_decides_carries_its_zone() -> None:
    at = datetime(2099, 11, 25, 14, 30, tzinfo=UTC)
    said = f"it goes out {at.astimezone():%Y-%m-%d %H:%M %Z}"
    assert said in " ".join(shown(approvals.whole(approval(publish_at=at)), width=120).split())
    assert said in " ".join(shown(tasks.detail(asked(publish_at=at, status="pending_approval")), width=120).split())
    assert "it goes out" not in shown(tasks.detail(asked(publish_at=at, status="approved")))
    assert "it goes out" not in shown(tasks.detail(asked(publish_at=None, status="pending_approval")))
