"""Nobody is shut out by how a page is made: axe finds nothing serious on any page, in both themes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewWebDay
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from tests.api.conftest import House
from tests.flow.train.datasets.making import example, store_examples
from tests.page.conftest import visiting

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
REQUEST = "Create a LinkedIn post and an X post about our 320 customers and our revenue of $150,000"

# A frame holds a channel's own text, which is not ours to style. Of the other theme only the colours are new.
RUN = """async (colours) => {
  const only = colours ? {runOnly: ["color-contrast", "link-in-text-block"]} : {};
  const found = await axe.run(document, {iframes: false, resultTypes: ["violations"], ...only});
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => one.id + ": " +
    one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + " " + node.failureSummary).join(" | "));
}"""
SMALL = """() => [...document.querySelectorAll("body *")].filter((one) =>
  [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && one.checkVisibility()
  && parseFloat(getComputedStyle(one).fontSize) < 12).map((one) => "below 12 px: " + one.outerHTML.slice(0, 160))"""
AT_REST = "document.getAnimations().every((one) => one.playState !== 'running')"

# an address and what is done there: "key:" presses, "wait:" waits for, all else is clicked
State = tuple[str, ...]


@pytest.fixture
async def tasks(working: House) -> dict[str, str]:
    """A task in each state that a person meets, by name; `unknown` names a publication nobody is sure of."""
    made = {name: await working.ask(REQUEST) for name in ("waits", "done", "failed")}
    made["asks"] = await working.ask("Post about our growth")
    for name in ("waits", "done", "failed"):
        await working.becomes(made[name], "pending_approval", within=120)
    await working.becomes(made["asks"], "needs_clarification", within=60)
    said = {"task_id": made["done"], "approved": True}
    assert (await working.approver.post("/api/orchestrator/approve", json=said)).status_code == 200
    await working.becomes(made["done"], "completed", within=120)
    async with transaction() as session:
        await records.update_task(session, UUID(made["failed"]), status="failed", completed_at=now())
        sent = text(
            "UPDATE publications SET state = 'unknown' WHERE id = "
            "(SELECT id FROM publications ORDER BY channel LIMIT 1) RETURNING id"
        )
        made["unknown"] = str((await session.scalars(sent)).one())
    made["command"] = await _commands(working)
    made["import"] = await _business(working)
    made["metric"] = "traffic"
    made["example"], made["datasets"] = await _training(working)
    return made


async def _business(house: House) -> str:
    """What an earlier year brought, two posts that one reading may be of, and the id of an import that is a draft."""
    async with transaction() as session:
        for month in (8, 9):
            post = NewPost(platform="linkedin", title="How we roast slowly", content="Slowly.", topic="roasting",
                           external_id=f"p{month}", published_at=datetime(2026, month, 1, tzinfo=UTC))  # fmt: skip
            await records.add_post(session, post)
        days = [NewWebDay(day=date(2026, 9, 1) + timedelta(days=place), sessions=100 + place, source="",
                          measured_at=datetime(2026, 10, 2, tzinfo=UTC)) for place in range(30)]  # fmt: skip
        await records.add_web_days(session, days)
    readings = {
        "by-id.csv": b"Post ID,Network,Measured at,Views,Clicks\np8,linkedin,2026-10-01,900,30\n",
        "by-title.csv": b"Title,Network,Measured at,Views,Clicks\nHow we roast slowly,linkedin,2026-10-02,100,3\n",
        "draft.csv": b"Post ID,Network,Collected,Views,Clicks\np9,linkedin,2026-10-01,many,30\n",
    }
    for name, content in readings.items():
        sent = await house.operator.post(
            "/api/import-files", params={"kind": "social_analytics", "name": name}, content=content
        )
        assert sent.status_code == 201, sent.text
        path = f"/api/imports/{sent.json()['id']}"
        if name == "draft.csv":
            return str(sent.json()["id"])
        assert (await house.operator.post(f"{path}/run")).status_code == 202

        async def ended(path: str = path) -> bool:
            return bool((await house.operator.get(path)).json()["state"] == "done")

        await until(ended, within=60)
    raise AssertionError


async def _training(house: House) -> tuple[str, str]:
    """An example, and two versions of a dataset as the address of their comparison names them."""
    ids = await store_examples([example(n) for n in range(12)])
    versions: list[str] = []
    for least in (0, 0.75):
        body = {"name": "plans", "filters": {"quality_min": least}, "new_version": bool(versions)}
        answer = await house.operator.post("/api/orchestrator/training/datasets", json=body)
        assert answer.status_code == 201, answer.text
        versions.append(answer.json()["data"]["id"])
    return str(ids[0]), ",".join(versions)


async def _commands(house: House) -> str:
    """Commands in each state; the id of the one that failed."""
    for _ in range(4):
        body = {"agent_type": "financial", "action": "analyze_q4_metrics", "payload": {"date_range": "2024-Q4"}}
        assert (await house.operator.post("/api/commands", json=body)).status_code == 201
    claimed = await house.operator.post(
        "/api/commands/claim", json={"agent_type": "financial", "agent": "desk", "max": 3}
    )
    done, failed, _ = claimed.json()["items"]
    finished: list[tuple[Any, str, Any]] = [(done, "result", {"words": 2}), (failed, "error", "The text is shut.")]
    for one, what, said in finished:
        body = {what: said, "fencing_token": one["fencing_token"]} | ({"retry": False} if what == "error" else {})
        assert (await house.operator.patch(f"/api/commands/{one['command_id']}/{what}", json=body)).status_code == 200
    return str(failed["command_id"])


def states(made: dict[str, str]) -> list[State]:
    task = "/orchestrator/tasks/{}".format
    return [
        ("/",),
        ("/chat",),
        ("/", "key:Control+k"),
        ("/", "key:?"),
        ("/", "button[aria-label^=Mara]"),
        ("/chat",),
        ("/orchestrator", "input[aria-label='Select every task shown']", "text=Delete"),
        ("/orchestrator", "input[aria-label='Select every task shown']", "text=Export JSON", "wait:text=Exported"),
        ("/orchestrator?q=there-is-no-such-task",),
        ("/orchestrator", "key:n"),
        (task(made["waits"]), "tr[data-step]", "wait:text=Input"),
        (task(made["waits"]), "text=Re-run from a step"),
        (task(made["waits"]), "text=Cancel task"),
        (task(made["asks"]),),
        (task(made["failed"]),),
        (f"{task(made['done'])}?compare={made['waits']}", "wait:text=What changed"),
        (task("018f0000-0000-7000-8000-000000000000"),),
        ("/orchestrator/approvals",),
        (f"/orchestrator/approvals/{made['waits']}", "text=Changes"),
        (f"/orchestrator/approvals/{made['waits']}", "key:s"),
        (f"/orchestrator/approvals/{made['waits']}", "key:r"),
        (f"/orchestrator/approvals/{made['done']}",),
        ("/queue",),
        (f"/queue?id={made['command']}", "wait:text=Payload"),
        (f"/queue?id={made['command']}", "role=dialog >> text=Delete", "wait:text=Delete this command?"),
        ("/queue", "key:n"),
        ("/business", "role=button[name=/: show as table$/] >> nth=0"),
        (f"/business?metric={made['metric']}", "wait:role=dialog"),
        ("/business?tab=topics",),
        ("/business?tab=posts", "role=row >> nth=1", "wait:text=Views over time"),
        ("/business?tab=imports&new=file",),
        (f"/business?tab=imports&import={made['import']}", "text=/more fields/"),
        ("/business?tab=imports", "text=Add a source", "wait:text=Every so many minutes"),
        ("/business?tab=matches",),
        ("/personas",),
        ("/personas", "text=Look now", "wait:text=/Skipped|Would change/"),
        ("/personas", "role=button[name='Set Coach']", "wait:role=dialog"),
        ("/personas", "role=button[name='Weights over time: show as table']"),
        ("/learning", "wait:text=/Not enough data/"),
        ("/learning?tab=together",),
        ("/learning?tab=time",),
        ("/learning?tab=agents",),
        ("/learning?tab=when",),
        ("/learning?tab=quality",),
        ("/learning?tab=performance&by=tool",),
        ("/content",),
        ("/content?tab=published",),
        ("/content?tab=unsent",),
        ("/content?tab=channels",),
        ("/content?tab=channels", "text=Connect LinkedIn", "wait:role=dialog"),
        (f"/content/{made['unknown']}", "wait:text=Lineage", "role=main >> text=It is there"),
        ("/training", "text=/^Select all/", "text=Add tag", "wait:role=dialog[name='Add tag']"),
        ("/training", "text=Tag by date", "wait:text=Everything up to"),
        ("/training?min=0.5&in=there-is-no-such-tag", "wait:text=Nothing fits this filter."),
        (f"/training?id={made['example']}", "wait:text=Everything that is kept"),
        ("/training?new=1", "wait:role=dialog"),
        ("/training/datasets", "wait:text=/^plans, version 2/"),
        ("/training/datasets?upload=1", "wait:role=dialog"),
        (f"/training/datasets?id={made['datasets'].partition(',')[0]}", "wait:text=Line 1,", "text=Delete"),
        (f"/training/datasets?compare={made['datasets']}", "wait:text=Asked differently"),
        ("/training/fine-tuning", "wait:text=No rule yet."),
        ("/training/fine-tuning?new=1", "wait:text=Amazon Bedrock", "summary"),
        ("/training/models", "wait:text=No tuned model yet."),
        *((f"/settings?tab={tab}",) for tab in ("rules", "connections", "tools", "keys", "audit", "you")),
        ("/settings?tab=people", "role=button[name='Link'] >> nth=0", "wait:text=It signs in once"),
        ("/settings?tab=people", "text=Shut out"),
        ("/system",),
        ("/nowhere",),
    ]


async def _brought_to(page: Page, state: State) -> None:
    path, *acts = state
    await page.goto(path)
    await page.get_by_role("main").wait_for()
    await expect(page.get_by_label("Loading")).to_have_count(0, timeout=60_000)
    for act in acts:
        kind, _, rest = act.partition(":")
        if kind == "key":
            await page.keyboard.press(rest)
        elif kind == "wait":
            await page.locator(rest).first.wait_for()
        else:
            await page.locator(act).first.click()
    # what opens has its whole colour only when it has come to rest
    await until(lambda: page.evaluate(AT_REST), within=60)


async def _wrong_with(page: Page, state: State) -> list[str]:
    found: list[str] = []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.locator(f"html[data-mantine-color-scheme={theme}]").wait_for(state="attached")
        await until(lambda: page.evaluate(AT_REST), within=60)  # colours change little by little
        found += [f"{state} {theme} {one}" for one in await page.evaluate(RUN, theme == "dark")]
    found += [f"{state} {one}" for one in await page.evaluate(SMALL)]
    return found


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make setup")
async def test_nothing_serious_on_any_page_in_both_themes(
    working: House, browser: Browser, tasks: dict[str, str]
) -> None:
    script = AXE.read_text(encoding="utf-8")
    async with visiting(browser, working.url, "Mara", "admin") as mara:
        await mara.context.add_init_script(script)
        wrong: list[str] = []
        for state in states(tasks):
            await _brought_to(mara.page, state)
            wrong += await _wrong_with(mara.page, state)
        await mara.page.set_viewport_size({"width": 360, "height": 780})
        for path in ("/", "/orchestrator", f"/orchestrator/approvals/{tasks['waits']}", "/queue", "/training"):
            await _brought_to(mara.page, (path, *(("text=More",) if path == "/" else ())))
            wrong += await _wrong_with(mara.page, (f"phone {path}",))
        assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make setup")
async def test_nothing_serious_at_the_door(house: House, browser: Browser) -> None:
    page = await (await browser.new_context(base_url=house.url, reduced_motion="reduce")).new_page()
    await page.add_init_script(AXE.read_text(encoding="utf-8"))
    await page.goto("/orchestrator")
    await page.get_by_label("Name").fill("Nobody")
    await page.get_by_label("Password").first.fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("alert").wait_for()
    wrong = await _wrong_with(page, ("/sign-in",))
    assert not wrong, "\n".join(wrong)
