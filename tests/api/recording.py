"""One walk through the API, kept as the examples of the OpenAPI.

COFOUNDER_RECORD=1 pytest tests/api/test_examples.py writes them anew.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewTask, NewWebDay
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.personas.optimising import optimise
from tests.channels.pictures import png
from tests.flow.learn.published import publish
from tests.personas.posts import weeks_of

from .conftest import House
from .recording_channels import channels
from .recording_models import models
from .recording_series import series

REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
METRICS = {"revenue_monthly": 150000, "previous_month_revenue": 125000, "customer_count": 320}
TOY = Path(__file__).parents[1] / "flow" / "plan" / "toy_server.py"
LEARNING = "/api/orchestrator/learning"
LISTED = 3  # entries of a list that an example shows


class Recorder:
    """Sends requests and keeps what was sent and answered under the route's operation id."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.kept: dict[str, dict[str, Any]] = {}

    async def __call__(
        self,
        operation: str,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        content: str | bytes | None = None,
    ) -> Any:
        answer = await self.house.admin.request(method, path, json=body, headers=headers, content=content)
        assert answer.is_success, f"{operation}: {answer.text}"
        kept: dict[str, Any] = {} if body is None else {"request": body}
        kept["response"] = said = _said(answer)
        if isinstance(said, str):
            kept["media"] = answer.headers["content-type"].split(";")[0]
        self.kept[operation] = kept
        return said


def _said(answer: httpx.Response) -> Any:
    return answer.json() if answer.headers["content-type"] == "application/json" else answer.text


async def recorded(house: House, home: str) -> dict[str, dict[str, Any]]:
    """Operation id -> request and answer, of a house whose worker works and of which nobody has asked anything yet."""
    ask = Recorder(house)
    await _talk(ask)
    await ask("health", "GET", "/api/health")
    await ask("readiness", "GET", "/api/ready")
    await ask("list_tools", "GET", "/api/orchestrator/tools/available?limit=2")
    await _questions(ask, house)
    id = await _journey(ask, house)
    await _published(ask, house)
    await channels(ask)
    await series(ask)
    await _commands(ask)
    await _servers(ask, Path(home))
    await _imports(ask, house, Path(home))
    await _business(ask)
    await ask("change_settings", "PUT", "/api/orchestrator/settings", {"company": "Corner Bakery", "cost_limit_usd": 2})
    await ask("get_settings", "GET", "/api/orchestrator/settings")
    reached = {"smtp_username": "news", "smtp_port": 465}
    await ask("change_connections", "PUT", "/api/connections", reached)
    await ask("get_connections", "GET", "/api/connections")
    await ask("try_connections", "POST", "/api/connections/try", {"part": "mail"})
    await ask("list_tasks", "GET", "/api/tasks?limit=2")
    await ask("list_history", "GET", "/api/orchestrator/history?limit=2")
    await _learned(ask)
    await ask("metrics_summary", "GET", "/api/orchestrator/metrics/summary")
    await ask("download_metrics", "GET", "/api/orchestrator/metrics/summary/download?by=tool")
    training = "/api/orchestrator/training"
    for _ in range(100):  # the example follows the decision in a workflow of its own
        if (await ask.house.admin.post(f"{training}/export")).is_success:
            break
        await asyncio.sleep(0.1)
    await ask("export_examples", "POST", f"{training}/export", {"format": "jsonl", "filters": {"quality_min": 0.5}})
    await _training(ask, id)
    await models(ask)
    again = {"step": (await house.admin.get(f"/api/tasks/{id}")).json()["plan"]["steps"][-1]["id"]}
    await ask("rerun_task", "POST", f"/api/tasks/{id}/rerun", again)
    await _voices(ask)
    told = json.dumps(_short(ask.kept))
    for here, there in (
        (str(TOY), "/opt/weather.py"),
        (sys.executable, "/usr/bin/python3"),
        (home, "/var/lib/cofounder"),
    ):
        told = told.replace(here, there)
    return dict(json.loads(told))


async def _training(ask: Recorder, id: str) -> None:
    at = "/api/orchestrator/training"
    await ask("list_examples", "GET", f"{at}/data?limit=1")
    await ask("find_examples", "GET", f"{at}/data/filter?quality_min=0.5&limit=1")
    await ask(
        "filter_examples", "POST", f"{at}/data/filter", {"success_only": True, "platform": "linkedin", "limit": 1}
    )
    await ask("list_choices", "GET", f"{at}/data/choices")
    named = {"execution_ids": [id], "tags": ["production"]}
    done = (await ask("tag_examples", "PATCH", f"{at}/data/tag", named))["data"]
    await ask("training_statistics", "GET", f"{at}/stats?include_tags=production")
    await ask("undo_change", "POST", f"{at}/data/undo", {"undo_token": done["undo_token"]})
    await ask("tag_examples_by_date", "POST", f"{at}/data/tag-by-date", {"date_before": "2190-01-31", "tags": ["gold"]})
    await ask("tag_examples_by_quality", "POST", f"{at}/data/tag-by-quality", {"quality_max": 0.6, "tags": ["exclude"]})
    await ask("untag_examples", "POST", f"{at}/data/untag", {"filter": {"include_tags": ["gold"]}, "tags": ["gold"]})
    await ask("archive_examples", "POST", f"{at}/data/archive", {"filter": {"text": "Q4 growth"}})
    await ask("restore_examples", "POST", f"{at}/data/restore", {"filter": {"text": "Q4 growth"}})
    await ask("list_changes", "GET", f"{at}/data/changes?limit=2")
    await ask("preview_export", "POST", f"{at}/data/preview", {"filter": {"quality_min": 0.5}, "format": "csv"})
    await ask("get_example", "GET", f"{at}/data/{id}")
    await ask("example_line", "GET", f"{at}/data/{id}/line?format=csv")
    kept = {"name": "the best", "filter": {"quality_min": 0.9, "decision": "approved"}}
    saved = (await ask("save_filter", "POST", f"{at}/filters", kept))["data"]
    await ask("change_filter", "PATCH", f"{at}/filters/{saved['id']}", {"description": "What the writer learns from."})
    await ask("list_filters", "GET", f"{at}/filters")
    await ask("delete_filter", "DELETE", f"{at}/filters/{saved['id']}")
    await _datasets(ask, at, id)


async def _datasets(ask: Recorder, at: str, id: str) -> None:
    wish = {"name": "planner", "role": "planner", "filters": {"quality_min": 0.5}, "split": {"by": "group"}, "seed": 7}
    await ask("count_usable", "POST", f"{at}/datasets/usable", {"role": "writer", "filters": {"quality_min": 0.5}})
    first = (await ask("create_dataset", "POST", f"{at}/datasets", wish))["data"]
    again = {**wish, "new_version": True, "filters": {"quality_min": 0.5, "decision": "approved"}}
    second = (await ask("create_dataset", "POST", f"{at}/datasets", again))["data"]
    line = {"messages": [{"role": "user", "content": "Say hello."}, {"role": "assistant", "content": "Hello."}]}
    text = json.dumps(line) + "\n"
    await ask("upload_dataset", "POST", f"{at}/datasets/upload?name=hello&target=openai", content=text)
    one = f"{at}/datasets/{first['id']}"
    await ask("get_dataset", "GET", one)
    await ask("change_dataset", "PATCH", one, {"description": "What the planner learns from."})
    await ask("list_datasets", "GET", f"{at}/datasets?limit=2")
    await ask("preview_dataset", "GET", f"{one}/preview?format=gemini&limit=1")
    await ask("download_dataset", "GET", f"{one}/download?format=jsonl")
    await ask("export_dataset", "POST", f"{at}/datasets/export", {"filters": {"quality_min": 0.5}, "format": "chatml"})
    await ask("compare_datasets", "GET", f"{one}/compare/{second['id']}")
    await ask("list_left_out", "GET", f"{one}/left-out")
    await ask("get_lineage", "GET", f"{one}/lineage")
    await ask("roll_back_dataset", "POST", f"{one}/rollback")
    await ask("withdraw_example", "POST", f"{at}/data/{id}/withdraw", {"reason": "The customer asked for it."})
    await ask("get_holders", "GET", f"{at}/data/{id}/held-by")
    await ask("readmit_example", "POST", f"{at}/data/{id}/readmit")
    await ask("delete_dataset", "DELETE", one, {"reason": "Made to be looked at."})


async def _talk(ask: Recorder) -> None:
    made = await ask("chat", "POST", "/api/chat", {"message": "What was our best month?", "conversation_id": "default"})
    await ask("stop_answer", "POST", f"/api/chat/answers/{made['answer']['id']}/stop")
    await ask("list_conversations", "GET", "/api/chat/conversations?limit=2")
    await ask("chat_history", "GET", "/api/chat/history?conversation_id=default&limit=2")
    await ask("list_chat_agents", "GET", "/api/chat/agents")
    await ask("rename_conversation", "PATCH", "/api/chat/default", {"title": "Revenue in spring"})
    await ask("delete_conversation", "DELETE", "/api/chat/default")


async def _questions(ask: Recorder, house: House) -> None:
    asked = await house.ask("Write a post")
    await house.becomes(asked, "needs_clarification")
    answers = {"answers": {"channels": "linkedin", "topic": "our new bakery"}}
    fields = [question["field"] for question in (await house.status(asked))["questions"]]
    answers["answers"] = {field: answers["answers"].get(field, "linkedin") for field in fields}
    await ask("clarify_task", "POST", f"/api/orchestrator/clarify/{asked}", answers)
    await house.becomes(asked, "pending_approval")
    await ask("cancel_task", "POST", f"/api/tasks/{asked}/cancel")
    later = await house.ask("Write a LinkedIn post about our bakery", not_before="2190-01-01T09:00:00Z")
    await house.becomes(later, "queued")
    await ask("pause_task", "POST", f"/api/tasks/{later}/pause")
    await ask("resume_task", "POST", f"/api/tasks/{later}/resume")
    await house.admin.post(f"/api/tasks/{later}/cancel")


async def _commands(ask: Recorder) -> None:
    schema = {"type": "object", "properties": {"region": {"type": "string"}}, "required": ["region"]}
    doing = {"actions": [{"action": "price_check", "description": "Looks up prices.", "input_schema": schema}]}
    await ask("declare_actions", "PUT", "/api/commands/types/scout", doing)
    wish = {"agent_type": "financial", "action": "analyze_q4_metrics", "payload": {"date_range": "2024-Q4"}}
    made = [await ask("create_command", "POST", "/api/commands", wish) for _ in range(4)]
    many = {"items": [{"agent_type": "scout", "action": "price_check", "payload": {"region": "north"}, "priority": 5}]}
    await ask("create_commands", "POST", "/api/commands/batch", many)
    claim = {"agent_type": "scout", "max": 1, "wait_seconds": 0, "agent": "scout 1"}
    (held,) = (await ask("claim_commands", "POST", "/api/commands/claim", claim))["items"]
    lease = {"command_id": held["command_id"], "fencing_token": held["fencing_token"]}
    await ask("beat_commands", "POST", "/api/commands/heartbeat", {"leases": [lease]})
    await ask("list_agents", "GET", "/api/commands/agents")
    done = {"items": [{**lease, "result": {"price": 4.2}}], "agent": "scout 1"}
    await ask("finish_commands", "POST", "/api/commands/results", done)
    one, two, three, four = (f"/api/commands/{command['command_id']}" for command in made)
    await ask("put_result", "PATCH", f"{one}/result", {"result": {"growth": 0.2}})
    await ask("put_error", "PATCH", f"{two}/error", {"error": "The ledger is locked.", "retry": False})
    await ask("get_command", "GET", two)
    await ask("retry_command", "POST", f"{two}/retry")
    await ask("cancel_command", "POST", f"{three}/cancel")
    await ask("delete_command", "DELETE", four)
    await ask("list_commands", "GET", "/api/commands?limit=2")
    await ask("command_statistics", "GET", "/api/commands/statistics")
    await ask("list_agent_types", "GET", "/api/commands/types")


async def _imports(ask: Recorder, house: House, home: Path) -> None:
    rows = "date,sessions,users,bounce_rate_pct\n2024-01-01,120,98,41.5\n2024-01-02,n/a,80,0\n2024-01-03,-4,75,39\n"
    await ask("list_import_kinds", "GET", "/api/import-kinds")
    made = await ask("upload_import", "POST", "/api/import-files?kind=web&name=site.csv", content=rows)
    place = f"/api/imports/{made['id']}"
    await ask("preview_import", "GET", f"{place}/preview")
    await ask("change_import", "PATCH", place, {"mapping": made["mapping"], "units": {"timezone": "Europe/Berlin"}})
    await ask("dry_run_import", "POST", f"{place}/dry-run")
    await _rested(house, place)
    await ask("run_import", "POST", f"{place}/run")
    await _rested(house, place)
    await ask("get_import", "GET", place)
    await ask("list_imports", "GET", "/api/imports?limit=2")
    await ask("list_refusals", "GET", f"{place}/refusals")
    await ask("download_refusals", "GET", f"{place}/refusals.csv")
    other = await house.admin.post("/api/import-files?kind=web&name=old.csv", content=rows)
    await ask("cancel_import", "POST", f"/api/imports/{other.json()['id']}/cancel")
    (home / "drop").mkdir(exist_ok=True)
    (home / "drop" / "week.csv").write_text(rows)
    os.utime(home / "drop" / "week.csv", (1, 1))
    folder = {"path": str(home / "drop"), "pattern": "*.csv"}
    wish = {"name": "weekly report", "type": "folder", "kind": "web_analytics", "folder": folder, "every_minutes": 60}
    source = await ask("add_source", "POST", "/api/import-sources", wish)
    await ask("read_source", "POST", f"/api/import-sources/{source['id']}/read")
    await ask("list_sources", "GET", "/api/import-sources")
    await house.admin.delete(f"/api/import-sources/{source['id']}")


async def _business(ask: Recorder) -> None:
    """What the company's data says, of a small company; the time is fixed, so the answers are."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    async with transaction() as session:
        for season in ("spring", "summer"):
            task = NewTask(request=f"A brewing guide for {season}", title=f"Brewing guide for {season}", status="completed",
                           is_legacy=True, created_at=at, completed_at=at)  # fmt: skip
            await records.add_task(session, task)
        await records.add_post(
            session,
            NewPost(platform="x", title="Brewing guide", content="Brewing guide.", published_at=at, is_legacy=True),
        )
        for week in range(45):
            out = at - timedelta(days=7 * week, hours=week % 5)
            text = "The bakery that opens at five" if week % 3 else "Which beans keep longest?"
            post = NewPost(platform="linkedin", title=text, content=text, topic=("customer stories", "coffee")[week % 3 == 0],
                           published_at=out, is_legacy=True)  # fmt: skip
            id = (await records.add_post(session, post)).id
            clicks = 20 + 7 * (week % 4) + 9 * (week % 3)
            reading = NewReading(post_id=id, platform="linkedin", measured_at=out + timedelta(days=4), views=1000 + week,
                                 clicks=clicks, shares=week % 4, comments=week % 3, source="file")  # fmt: skip
            await records.add_readings(session, [reading])
        for month in range(1, 11):
            ends = date(2026, month + 1, 1) - timedelta(days=1)
            row = NewFinancial(metric_type="revenue", metric_value=Decimal(90_000 + 4_000 * month), unit="usd", currency="USD",
                               period_start=date(2026, month, 1), period_end=ends, source="file", measured_at=at)  # fmt: skip
            await records.add_financial(session, [row])
        await records.add_web_days(
            session,
            [NewWebDay(day=date(2026, 10, 30), device=name, sessions=n, conversions=n // 40, measured_at=at)
             for name, n in (("phone", 900), ("desk", 600))],
        )  # fmt: skip
    then = "as_of=2026-11-21T09:00:00Z"
    for name, path in {
        "find_similar": f"similar?topic=customer%20story%20about%20a%20bakery&limit=2&{then}",
        "business_state": f"state?{then}",
        "list_metrics": f"metrics?metric=revenue&{then}",
        "platform_baselines": f"baselines?channels=linkedin&{then}",
        "list_topics": f"topics?days=365&{then}",
        "topic_effectiveness": f"topics/effectiveness?topic=customer%20stories&days=365&{then}",
        "best_times": f"times?channel=linkedin&zone=Europe/Berlin&{then}",
        "suggest_time": f"suggested-time?channel=linkedin&{then}",
        "audience_breakdown": f"audience?part=device&{then}",
        "growth_rates": f"growth?{then}",
        "list_anomalies": f"anomalies?{then}",
        "list_returns": f"returns?by=channel&{then}",
        "list_return_rows": f"returns/rows?by=channel&name=linkedin&{then}",
        "attribution": f"attribution?{then}",
        "correlation_analysis": f"correlations?{then}",
        "request_context": f"context?topic=coffee&channels=linkedin&{then}",
        "search_index": "index",
    }.items():
        await ask(name, "GET", f"/api/business/{path}")
    posts = await ask("list_posts", "GET", f"/api/business/posts?limit=2&{then}")
    await ask("get_post", "GET", f"/api/business/posts/{posts['items'][0]['id']}?{then}")
    draft = {
        "channel": "linkedin",
        "content": "How do you store coffee beans?",
        "topic": "coffee",
        "as_of": "2026-11-21T09:00:00Z",
    }
    await ask("predict", "POST", "/api/business/predict", draft)
    await ask("run_matching", "POST", "/api/business/matches/run")
    page = await ask("list_matches", "GET", "/api/business/matches?state=doubtful")
    one, *_ = page["items"]
    await ask("confirm_match", "POST", f"/api/business/matches/{one['id']}/confirm")
    await ask("refuse_match", "POST", f"/api/business/matches/{one['id']}/refuse")


async def _rested(house: House, place: str) -> None:
    async def so() -> bool:
        return (await house.admin.get(place)).json()["state"] not in ("checking", "queued", "running")

    await until(so, within=60)


async def _servers(ask: Recorder, home: Path) -> None:
    taken = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    hints = {"readOnlyHint": True}
    tool = {"name": "forecast", "description": "Tomorrow's weather.", "inputSchema": taken, "annotations": hints}
    (home / "weather.json").write_text(json.dumps({"name": "weather", "tools": [tool]}))
    wish = {
        "name": "weather",
        "transport": "stdio",
        "command": sys.executable,
        "args": [str(TOY), str(home / "weather.json")],
        "env": {"WEATHER_KEY": "never shown again"},
    }
    made = await ask("add_server", "POST", "/api/orchestrator/tools/servers", wish)
    place = f"/api/orchestrator/tools/servers/{made['server_id']}"
    await ask("change_server", "PATCH", place, {"call_seconds": 15})
    (found,) = (await ask("check_server", "POST", f"{place}/check"))["listed"]
    seen = {"tools": [{"name": "forecast", "digest": found["digest"]}]}
    await ask("approve_tools", "POST", f"{place}/approve", seen)
    await ask("list_servers", "GET", "/api/orchestrator/tools/servers")
    await ask("get_server", "GET", place)
    await ask.house.admin.delete(place)


async def _journey(ask: Recorder, house: House) -> str:
    wish = {
        "request": REQUEST,
        "business_metrics": METRICS,
        "preferences": {"tone": "professional", "channels": ["linkedin"], "language": "en"},
    }
    id = str((await ask("process_request", "POST", "/api/orchestrator/process", wish))["task_id"])
    await house.becomes(id, "pending_approval")
    await ask("task_status", "GET", f"/api/orchestrator/status/{id}")
    seen = await ask("get_approval", "GET", f"/api/orchestrator/approval/{id}")
    place = f"/api/orchestrator/approval/{id}"
    offered = await ask("write_alternative", "POST", f"{place}/alternatives", {"channel": "linkedin"})
    first = {"channel": "linkedin", "version": offered["alternatives"]["linkedin"][0]["version"]}
    await ask("choose_alternative", "PUT", f"{place}/choice", {**first, "fingerprint": offered["fingerprint"]})
    edits = {"linkedin": {"content": seen["channel_variants"]["linkedin"]["content"] + "\n\nThank you."}}
    tag = {"If-Match": f'"{seen["fingerprint"]}"'}
    edited = await ask("edit_draft", "PUT", f"/api/orchestrator/approval/{id}/draft", {"edits": edits}, tag)
    kept = await ask("upload_image", "POST", "/api/images", content=png())
    images = [
        {"image": kept["image"], "alt": "Bar chart: revenue rose by a fifth in a month.", "channels": ["linkedin"]}
    ]
    shown = await ask(
        "attach_images", "PUT", f"{place}/images", {"images": images, "fingerprint": edited["fingerprint"]}
    )
    decision = {
        "task_id": id,
        "approved": True,
        "publish_to_channels": ["linkedin"],
        "fingerprint": shown["fingerprint"],
        "round": shown["round"],
    }
    await ask("decide", "POST", "/api/orchestrator/approve", decision)
    await house.becomes(id, "completed")
    await ask("get_task", "GET", f"/api/tasks/{id}")
    return id


async def _learned(ask: Recorder) -> None:
    """Posts whose questions did better, a search that finds it, and what a person says of it."""
    async with transaction() as session:
        await publish(session, 80, effect=0.9)
    begun = await ask("search_patterns", "POST", f"{LEARNING}/runs")

    async def over() -> bool:
        run = await ask("get_pattern_run", "GET", f"{LEARNING}/runs/{begun['id']}")
        assert run["state"] != "failed", run
        return bool(run["state"] == "succeeded")

    await until(over, within=60)
    await ask("list_pattern_runs", "GET", f"{LEARNING}/runs?limit=2")
    found = await ask("list_patterns", "GET", f"{LEARNING}/patterns")
    place = f"{LEARNING}/patterns/{found['patterns'][0]['id']}"
    await ask("change_pattern", "PATCH", place, {"pinned": True, "note": "One question a post."})
    await ask("get_pattern", "GET", place)
    await ask("list_correlations", "GET", f"{LEARNING}/correlations")
    await ask("show_effectiveness", "GET", f"{LEARNING}/effectiveness")
    await ask("compare_agents", "GET", f"{LEARNING}/agents")
    await ask("show_best_times", "GET", f"{LEARNING}/times?zone=Europe/Berlin")
    await ask("compare_quality_and_engagement", "GET", f"{LEARNING}/quality-vs-engagement")
    await ask("show_judges", "GET", "/api/learning/judge?days=30")


async def _voices(ask: Recorder) -> None:
    """Posts of three voices, of which one gains most; a look at them that a person approves and takes back."""
    at = "/api/personas"
    async with transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
    await ask("count_followers", "POST", f"{at}/followers", {"platform": "linkedin", "count": 1250})
    async with transaction() as session:
        await optimise(session, as_of=now(), by="schedule", mode="propose", policy="default")
    proposed = (await ask("list_personas", "GET", at))["proposal"]
    await ask("list_persona_decisions", "GET", f"{at}/waiting")
    await ask("decide_persona_run", "POST", f"{at}/runs/{proposed}/decide", {"approved": True})
    await ask("list_persona_weights", "GET", f"{at}/weights?days=7")
    await ask("get_persona_run", "GET", f"{at}/runs/{proposed}")
    await ask("replay_persona_run", "POST", f"{at}/runs/{proposed}/replay")
    await ask("roll_persona_run_back", "POST", f"{at}/runs/{proposed}/rollback")
    await ask("optimise_personas", "POST", f"{at}/runs", {"dry_run": True})
    await ask("list_persona_runs", "GET", f"{at}/runs?limit=2")
    await ask("list_persona_flags", "GET", f"{at}/flags")
    await ask("list_follower_balances", "GET", f"{at}/followers")
    (counted,) = (await ask("list_follower_counts", "GET", f"{at}/followers/counts?channel=linkedin"))["items"]
    given = {"count": 1205, "counted_at": counted["counted_at"]}
    await ask("correct_follower_count", "PATCH", f"{at}/followers/counts/{counted['id']}", given)
    (counted,) = (await ask("list_follower_counts", "GET", f"{at}/followers/counts?channel=linkedin"))["items"]
    await ask("withdraw_follower_count", "POST", f"{at}/followers/counts/{counted['id']}/withdraw")
    await ask("replay_persona_policy", "GET", f"{at}/what-if?policy=log_thompson&days=30")
    said = {"override": 0.3, "reason": "The spring campaign speaks with one voice."}
    await ask("change_persona", "PATCH", f"{at}/coach", said)
    await _own_voices(ask, at)


async def _own_voices(ask: Recorder, at: str) -> None:
    """A voice of the house's own, heard before it is used, and an experiment that ends without a winner."""
    style = {"sentence_words": 8, "never": ["solution"], "closings": ["Come by when you are near."]}
    voice = {"name": "Workshop", "like": "humanVoice", "instructions": "You speak over a workbench.", "style": style}
    await ask("sample_voices", "POST", f"{at}/samples", {"draft": voice, "voices": ["humanVoice"]})
    await ask("add_voice", "POST", f"{at}/voices", voice)
    await ask("change_voice", "PUT", f"{at}/voices/workshop", {**voice, "weight": 0.08})
    await ask("get_voice", "GET", f"{at}/voices/workshop")
    await ask("list_voices", "GET", f"{at}/voices")
    asked = {
        "name": "Seldom voices",
        "hypothesis": "Drawing the seldom voices more often brings more followers for each task.",
        "arms": {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "flattened"}},
        "end_at": "2190-01-01T09:00:00Z",
    }
    made = await ask("begin_experiment", "POST", f"{at}/experiments", asked)
    place = f"{at}/experiments/{made['id']}"
    await ask("get_experiment", "GET", place)
    adopted = {
        "decision": "adopt",
        "arm": "variant_a",
        "reason": "We want to hear every voice more often.",
        "without_evidence": True,
    }
    await ask("end_experiment", "POST", f"{place}/end", adopted)
    await ask("withdraw_experiment", "POST", f"{place}/withdraw")
    await ask("list_experiments", "GET", f"{at}/experiments")


async def _published(ask: Recorder, house: House) -> None:
    text = {
        "platform": "twitter",
        "content": "We open at ten on Sunday.",
        "metadata": {"campaign": "spring"},
        "schedule_at": "2190-01-01T09:00:00Z",
    }
    made = await ask("publish_text", "POST", "/api/social/publish", text)
    listed = await ask("list_publications", "GET", "/api/publications?limit=2")
    (lies,) = [one for one in listed["items"] if "posted" in one["actions"]]
    by_hand = f"/api/publications/{lies['publication_id']}/posted"
    await ask("mark_posted", "POST", by_hand, {"url": "https://www.linkedin.com/posts/acme-1"})
    await ask("measure_now", "POST", "/api/measurements/run")
    await ask("list_measurements", "GET", "/api/measurements?limit=2")
    read = {"impressions": 1840, "clicks": 41, "likes": 32, "comments": 6}
    await ask("type_reading", "POST", f"/api/publications/{lies['publication_id']}/readings", read)
    await ask("show_measurements", "GET", f"/api/publications/{lies['publication_id']}/measurements")
    await ask("unmark_posted", "DELETE", by_hand)
    other = {"schedule_at": "2190-01-02T09:00:00Z"}
    await ask("reschedule_publication", "POST", f"/api/publications/{made['publication_id']}/reschedule", other)
    await ask("cancel_publication", "POST", f"/api/publications/{made['publication_id']}/cancel")


def _short(value: Any) -> Any:
    """Long lists cut; the whole would be read by nobody."""
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list):
        kept = value if len(value) <= 9 and all(isinstance(one, str) for one in value) else value[:LISTED]
        return [_short(one) for one in kept]
    return value
