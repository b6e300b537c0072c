"""Every route asks for a key first and for its role next; only health and readiness ask for nothing."""

import re
from datetime import timedelta
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.mcp.tools import TOOLS
from cofounder.people import (
    LOCAL_OWNER,
    PUBLIC_PATHS,
    ROLES,
    Role,
    create_key,
    declared_role,
    revoke_key,
    undeclared_routes,
    users,
)

from .conftest import House, problem, rows

BEGINS = frozenset({"POST /api/orchestrator/learning/runs", "POST /api/personas/runs"})

# What each address wants, written down apart from the code: a role that changes must change here too.
WANTED: dict[str, Role] = {
    "POST /api/orchestrator/process": "operator",
    "POST /api/orchestrator/clarify/{task_id}": "operator",
    "GET /api/orchestrator/status/{task_id}": "viewer",
    "GET /api/orchestrator/approval/{task_id}": "viewer",
    "PUT /api/orchestrator/approval/{task_id}/draft": "approver",
    "PUT /api/orchestrator/approval/{task_id}/images": "approver",
    "POST /api/images": "approver",
    "GET /api/images/{image}": "viewer",
    "POST /api/orchestrator/approval/{task_id}/alternatives": "approver",
    "PUT /api/orchestrator/approval/{task_id}/choice": "approver",
    "POST /api/orchestrator/approve": "approver",
    "GET /api/orchestrator/history": "viewer",
    "GET /api/personas": "viewer",
    "PATCH /api/personas/{persona}": "approver",
    "GET /api/personas/weights": "viewer",
    "GET /api/personas/flags": "viewer",
    "GET /api/personas/waiting": "viewer",
    "GET /api/personas/what-if": "viewer",
    "GET /api/personas/runs": "viewer",
    "POST /api/personas/runs": "approver",
    "GET /api/personas/runs/{run_id}": "viewer",
    "POST /api/personas/runs/{run_id}/replay": "operator",
    "POST /api/personas/runs/{run_id}/decide": "approver",
    "POST /api/personas/runs/{run_id}/rollback": "approver",
    "GET /api/personas/voices": "viewer",
    "POST /api/personas/voices": "approver",
    "GET /api/personas/voices/{persona}": "viewer",
    "PUT /api/personas/voices/{persona}": "approver",
    "POST /api/personas/samples": "viewer",
    "GET /api/personas/experiments": "viewer",
    "POST /api/personas/experiments": "approver",
    "GET /api/personas/experiments/{experiment_id}": "viewer",
    "POST /api/personas/experiments/{experiment_id}/end": "approver",
    "POST /api/personas/experiments/{experiment_id}/withdraw": "approver",
    "GET /api/personas/followers": "viewer",
    "GET /api/personas/followers/counts": "viewer",
    "PATCH /api/personas/followers/counts/{count_id}": "operator",
    "POST /api/personas/followers/counts/{count_id}/withdraw": "operator",
    "POST /api/personas/followers": "operator",
    "GET /api/orchestrator/learning/patterns": "viewer",
    "GET /api/orchestrator/learning/patterns/{pattern_id}": "viewer",
    "PATCH /api/orchestrator/learning/patterns/{pattern_id}": "approver",
    "GET /api/orchestrator/learning/runs": "viewer",
    "POST /api/orchestrator/learning/runs": "operator",
    "GET /api/orchestrator/learning/runs/{run_id}": "viewer",
    "GET /api/orchestrator/learning/correlations": "viewer",
    "GET /api/orchestrator/learning/effectiveness": "viewer",
    "GET /api/orchestrator/learning/agents": "viewer",
    "GET /api/orchestrator/learning/times": "viewer",
    "GET /api/orchestrator/learning/quality-vs-engagement": "viewer",
    "GET /api/models/routing": "viewer",
    "POST /api/models/routing/measure": "operator",
    "GET /api/models/savings": "viewer",
    "GET /api/learning/judge": "viewer",
    "GET /api/orchestrator/metrics/summary": "viewer",
    "GET /api/orchestrator/metrics/summary/download": "viewer",
    "GET /api/orchestrator/settings": "viewer",
    "PUT /api/orchestrator/settings": "admin",
    "GET /api/connections": "admin",
    "PUT /api/connections": "admin",
    "POST /api/connections/try": "admin",
    "GET /api/orchestrator/tools/available": "viewer",
    "GET /api/orchestrator/tools/servers": "viewer",
    "POST /api/orchestrator/tools/servers": "admin",
    "GET /api/orchestrator/tools/servers/{server_id}": "viewer",
    "PATCH /api/orchestrator/tools/servers/{server_id}": "admin",
    "DELETE /api/orchestrator/tools/servers/{server_id}": "admin",
    "POST /api/orchestrator/tools/servers/{server_id}/check": "admin",
    "POST /api/orchestrator/tools/servers/{server_id}/approve": "admin",
    "POST /api/orchestrator/training/export": "operator",
    "GET /api/orchestrator/training/data": "viewer",
    "GET /api/orchestrator/training/data/filter": "viewer",
    "POST /api/orchestrator/training/data/filter": "viewer",
    "GET /api/orchestrator/training/data/choices": "viewer",
    "GET /api/orchestrator/training/data/changes": "viewer",
    "POST /api/orchestrator/training/data/preview": "viewer",
    "PATCH /api/orchestrator/training/data/tag": "operator",
    "POST /api/orchestrator/training/data/untag": "operator",
    "POST /api/orchestrator/training/data/tag-by-date": "operator",
    "POST /api/orchestrator/training/data/tag-by-quality": "operator",
    "POST /api/orchestrator/training/data/undo": "operator",
    "POST /api/orchestrator/training/data/archive": "operator",
    "POST /api/orchestrator/training/data/restore": "operator",
    "GET /api/orchestrator/training/data/{execution_id}": "viewer",
    "GET /api/orchestrator/training/data/{execution_id}/line": "viewer",
    "POST /api/orchestrator/training/data/{execution_id}/erase": "admin",
    "POST /api/orchestrator/training/datasets": "operator",
    "GET /api/orchestrator/training/datasets": "viewer",
    "POST /api/orchestrator/training/datasets/upload": "operator",
    "POST /api/orchestrator/training/datasets/export": "operator",
    "POST /api/orchestrator/training/datasets/usable": "viewer",
    "GET /api/orchestrator/training/datasets/{dataset_id}": "viewer",
    "PATCH /api/orchestrator/training/datasets/{dataset_id}": "operator",
    "DELETE /api/orchestrator/training/datasets/{dataset_id}": "operator",
    "GET /api/orchestrator/training/datasets/{dataset_id}/preview": "viewer",
    "GET /api/orchestrator/training/datasets/{dataset_id}/left-out": "viewer",
    "GET /api/orchestrator/training/datasets/{dataset_id}/lineage": "viewer",
    "GET /api/orchestrator/training/datasets/{dataset_id}/download": "operator",
    "GET /api/orchestrator/training/datasets/{dataset_id}/compare/{other_id}": "viewer",
    "POST /api/orchestrator/training/datasets/{dataset_id}/rollback": "operator",
    "GET /api/orchestrator/models/list": "viewer",
    "GET /api/orchestrator/models/active": "viewer",
    "PUT /api/orchestrator/models/active": "approver",
    "POST /api/orchestrator/models/roll-back": "approver",
    "PUT /api/orchestrator/models/candidate": "approver",
    "GET /api/orchestrator/models/history": "viewer",
    "POST /api/orchestrator/models/benchmark": "operator",
    "GET /api/orchestrator/models/benchmark/{benchmark_id}": "viewer",
    "POST /api/orchestrator/models/benchmark/{benchmark_id}/cancel": "operator",
    "GET /api/orchestrator/models/{model_id}": "viewer",
    "POST /api/orchestrator/models/{model_id}/retire": "approver",
    "GET /api/orchestrator/training/targets": "viewer",
    "POST /api/orchestrator/training/fine-tune/estimate": "operator",
    "POST /api/orchestrator/training/fine-tune": "operator",
    "GET /api/orchestrator/training/jobs": "viewer",
    "GET /api/orchestrator/training/jobs/{job_id}": "viewer",
    "GET /api/orchestrator/training/jobs/{job_id}/events": "viewer",
    "POST /api/orchestrator/training/jobs/{job_id}/approve": "approver",
    "POST /api/orchestrator/training/jobs/{job_id}/cancel": "operator",
    "POST /api/orchestrator/training/jobs/{job_id}/deploy": "approver",
    "GET /api/orchestrator/training/jobs/{job_id}/remains": "viewer",
    "DELETE /api/orchestrator/training/jobs/{job_id}/remains": "admin",
    "GET /api/orchestrator/training/rules": "viewer",
    "POST /api/orchestrator/training/rules": "approver",
    "PATCH /api/orchestrator/training/rules/{name}": "approver",
    "DELETE /api/orchestrator/training/rules/{name}": "admin",
    "GET /api/orchestrator/training/data/{execution_id}/held-by": "viewer",
    "POST /api/orchestrator/training/data/{execution_id}/withdraw": "approver",
    "POST /api/orchestrator/training/data/{execution_id}/readmit": "approver",
    "GET /api/orchestrator/training/stats": "viewer",
    "GET /api/orchestrator/training/filters": "viewer",
    "POST /api/orchestrator/training/filters": "operator",
    "PATCH /api/orchestrator/training/filters/{filter_id}": "operator",
    "DELETE /api/orchestrator/training/filters/{filter_id}": "operator",
    "GET /api/tasks": "viewer",
    "GET /api/tasks/{task_id}": "viewer",
    "GET /api/tasks/{task_id}/calls": "viewer",
    "POST /api/tasks/{task_id}/pause": "operator",
    "POST /api/tasks/{task_id}/resume": "operator",
    "POST /api/tasks/{task_id}/cancel": "operator",
    "POST /api/tasks/{task_id}/rerun": "operator",
    "POST /api/commands": "operator",
    "POST /api/commands/batch": "operator",
    "POST /api/commands/claim": "operator",
    "POST /api/commands/heartbeat": "operator",
    "POST /api/commands/results": "operator",
    "GET /api/commands/statistics": "viewer",
    "GET /api/commands/agents": "viewer",
    "GET /api/commands/types": "viewer",
    "PUT /api/commands/types/{agent_type}": "operator",
    "GET /api/commands": "viewer",
    "GET /api/commands/{command_id}": "viewer",
    "PATCH /api/commands/{command_id}/result": "operator",
    "PATCH /api/commands/{command_id}/error": "operator",
    "POST /api/commands/{command_id}/retry": "operator",
    "POST /api/commands/{command_id}/cancel": "operator",
    "DELETE /api/commands/{command_id}": "operator",
    "POST /api/social/publish": "approver",
    "GET /api/publications": "viewer",
    "GET /api/publications/{publication_id}": "viewer",
    "POST /api/publications/{publication_id}/cancel": "approver",
    "POST /api/publications/{publication_id}/reschedule": "approver",
    "GET /api/calendar/conflicts": "viewer",
    "GET /api/calendar/meant": "viewer",
    "GET /api/series": "viewer",
    "POST /api/series": "operator",
    "GET /api/series/occurrences": "viewer",
    "GET /api/series/{series_id}": "viewer",
    "PATCH /api/series/{series_id}": "operator",
    "POST /api/series/{series_id}/pause": "operator",
    "POST /api/series/{series_id}/resume": "operator",
    "POST /api/series/{series_id}/end": "operator",
    "PUT /api/series/{series_id}/skips/{day}": "operator",
    "DELETE /api/series/{series_id}/skips/{day}": "operator",
    "POST /api/publications/{publication_id}/resolve": "approver",
    "POST /api/publications/{publication_id}/retry": "approver",
    "POST /api/publications/{publication_id}/posted": "approver",
    "DELETE /api/publications/{publication_id}/posted": "approver",
    "GET /api/publications/{publication_id}/measurements": "viewer",
    "POST /api/publications/{publication_id}/readings": "operator",
    "DELETE /api/publications/{publication_id}/readings/{reading_id}": "operator",
    "GET /api/measurements": "viewer",
    "POST /api/measurements/run": "operator",
    "GET /api/channels": "viewer",
    "GET /api/channels/links": "viewer",
    "POST /api/channels/accounts": "admin",
    "POST /api/channels/sign-in": "admin",
    "POST /api/channels/accounts/{account_id}/choose": "admin",
    "POST /api/channels/accounts/{account_id}/check": "admin",
    "POST /api/channels/accounts/{account_id}/default": "admin",
    "DELETE /api/channels/accounts/{account_id}/default": "admin",
    "DELETE /api/channels/accounts/{account_id}": "admin",
    "POST /api/orchestrator/approval/{task_id}/preview": "approver",
    "POST /api/tasks/bulk": "operator",
    "GET /api/import-kinds": "viewer",
    "POST /api/import-files": "operator",
    "POST /api/imports": "operator",
    "GET /api/imports": "viewer",
    "GET /api/imports/{import_id}": "viewer",
    "GET /api/imports/{import_id}/preview": "operator",
    "PATCH /api/imports/{import_id}": "operator",
    "POST /api/imports/{import_id}/run": "operator",
    "POST /api/imports/{import_id}/dry-run": "operator",
    "POST /api/imports/{import_id}/cancel": "operator",
    "DELETE /api/imports/{import_id}": "operator",
    "GET /api/imports/{import_id}/refusals": "viewer",
    "GET /api/imports/{import_id}/refusals.csv": "viewer",
    "GET /api/import-sources": "operator",
    "POST /api/import-sources": "admin",
    "POST /api/import-sources/{source_id}/read": "operator",
    "DELETE /api/import-sources/{source_id}": "admin",
    "GET /api/business/similar": "viewer",
    "GET /api/business/state": "viewer",
    "GET /api/business/metrics": "viewer",
    "GET /api/business/baselines": "viewer",
    "GET /api/business/topics": "viewer",
    "GET /api/business/topics/effectiveness": "viewer",
    "GET /api/business/times": "viewer",
    "GET /api/business/suggested-time": "viewer",
    "GET /api/business/audience": "viewer",
    "GET /api/business/growth": "viewer",
    "GET /api/business/anomalies": "viewer",
    "GET /api/business/returns": "viewer",
    "GET /api/business/returns/rows": "viewer",
    "GET /api/business/attribution": "viewer",
    "GET /api/business/correlations": "viewer",
    "GET /api/business/context": "viewer",
    "GET /api/business/posts": "viewer",
    "GET /api/business/posts/{post_id}": "viewer",
    "GET /api/business/index": "viewer",
    "GET /api/business/matches": "viewer",
    "POST /api/business/predict": "viewer",
    "POST /api/business/matches/run": "operator",
    "POST /api/business/matches/{match_id}/confirm": "operator",
    "POST /api/business/matches/{match_id}/refuse": "operator",
    "GET /api/auth/me": "viewer",
    "POST /api/auth/sign-out": "viewer",
    "PUT /api/auth/password": "viewer",
    "GET /api/people": "admin",
    "POST /api/people": "admin",
    "PATCH /api/people/{person_id}": "admin",
    "POST /api/people/{person_id}/link": "admin",
    "GET /api/keys": "admin",
    "POST /api/keys": "admin",
    "POST /api/keys/{key_id}/revoke": "admin",
    "GET /api/audit": "admin",
    "GET /api/system": "viewer",
    "GET /api/system/checks": "admin",
    "GET /api/events": "viewer",
    "POST /api/chat": "viewer",
    "GET /api/chat/conversations": "viewer",
    "GET /api/chat/history": "viewer",
    "GET /api/chat/models": "viewer",
    "POST /api/chat/models": "viewer",
    "GET /api/chat/agents": "viewer",
    "GET /api/chat/answers/{id}/events": "viewer",
    "POST /api/chat/answers/{id}/stop": "viewer",
    "POST /api/chat/answers/{id}/again": "viewer",
    "PATCH /api/chat/{conversation_id}": "viewer",
    "DELETE /api/chat/{conversation_id}": "viewer",
    "GET /api/chat/{conversation_id}/export": "viewer",
}
TOOLS_WANT: dict[str, Role] = {
    "submit_task": "operator",
    "answer_questions": "operator",
    "task_status": "viewer",
    "list_tasks": "viewer",
    "show_approval": "viewer",
    "search_learned": "viewer",
    "approve": "approver",
    "reject": "approver",
    "ask_for_changes": "approver",
}
# Change nothing but the caller's own sign-in, or nothing at all: a draft to be judged, or a filter, is too long for an address.
OWN = {
    "POST /api/auth/sign-out",
    "PUT /api/auth/password",
    "POST /api/business/predict",
    "POST /api/personas/samples",
    "POST /api/orchestrator/training/data/filter",
    "POST /api/orchestrator/training/data/preview",
    "POST /api/orchestrator/training/datasets/usable",
}


def declared(house: House) -> dict[str, Role | None]:
    """ "METHOD path" -> the role in the code, of every documented route."""
    listed = {
        f"{method.upper()} {path}" for path, methods in house.app.openapi()["paths"].items() for method in methods
    }
    found: dict[str, Role | None] = {}
    for route in iter_route_contexts(house.app.routes):
        for method in getattr(route, "methods", None) or ():
            if f"{method} {route.path}" in listed:
                found[f"{method} {route.path}"] = declared_role(route)
    assert set(found) == listed
    return found


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", str(new_id()), path)


async def test_each_route_has_the_role_that_is_written_down(house: House) -> None:
    found = declared(house)
    assert {name: role for name, role in found.items() if role is not None} == WANTED
    assert undeclared_routes(house.app) == []
    for name, role in found.items():
        method, _, path = name.partition(" ")
        if role is None:
            assert path in PUBLIC_PATHS, name
        elif method != "GET" and name not in OWN and not path.startswith("/api/chat"):  # a talk is its owner's alone
            assert role != "viewer", f"{name} changes something"


async def test_every_address_is_a_route_with_a_role_or_asks_for_a_key_itself(house: House) -> None:
    """What is no documented route: the document itself, and MCP, whose tools have roles of their own (tests/mcp)."""
    others = {
        route.path for route in iter_route_contexts(house.app.routes) if not isinstance(route.original_route, APIRoute)
    }
    assert others == {"/api/openapi.json", "/mcp"}
    problem(await house.anonymous.post("/mcp", json={}), 401, "not_signed_in")
    assert {tool.name: tool.role for tool in TOOLS} == TOOLS_WANT


async def test_every_route_refuses_the_anonymous_and_each_lower_role(house: House) -> None:
    before = await rows()
    for name, role in declared(house).items():
        method, _, path = name.partition(" ")
        body: dict[str, Any] = {} if method == "GET" else {"json": {}}
        if role is None:
            answer = await house.anonymous.request(method, filled(path), **body)
            assert answer.status_code == (200 if method == "GET" else 422), name
            continue
        unsigned = await house.anonymous.request(method, filled(path), **body)
        problem(unsigned, 401, "not_signed_in")
        assert unsigned.headers["www-authenticate"] == "Bearer"
        for lower in ROLES[: ROLES.index(role)]:
            told = problem(await house.clients[lower].request(method, filled(path), **body), 403, "not_allowed")
            assert role in told["detail"]
        # one never ends, a key has no sign-in to change, some begin their work without being told more
        if path != "/api/events" and name not in OWN | BEGINS:
            allowed = await house.clients[role].request(method, filled(path), **body)
            assert allowed.status_code not in (401, 403), name
    assert await rows() == before
    assert set(ROLES) == set(get_args(Role))


async def entered(client: httpx.AsyncClient, role: Role, held: str) -> None:
    """Sign the client in as a person with this role, by the page's cookie or by an access token."""
    async with transaction() as session:
        await users.add(session, f"{role} by {held}", role, LOCAL_OWNER, password="four words in a row")
    body = {"name": f"{role} by {held}", "password": "four words in a row"}
    if held == "cookie":
        assert (await client.post("/api/auth/sign-in", json=body)).status_code == 200
    else:
        token = (await client.post("/api/auth/token", json=body)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"


@pytest.mark.parametrize("held", ["cookie", "token"])
async def test_a_person_may_what_a_key_of_the_same_role_may(house: House, held: str) -> None:
    for place, role in enumerate(ROLES):
        async with httpx.AsyncClient(base_url=house.url, headers={"Origin": house.url}, timeout=60) as client:
            await entered(client, role, held)
            for name, wanted in WANTED.items():
                method, _, path = name.partition(" ")
                if path == "/api/events" or name in OWN:
                    continue
                body: dict[str, Any] = {} if method == "GET" else {"json": {}}
                answer = await client.request(method, filled(path), **body)
                assert (answer.status_code == 403) == (place < ROLES.index(wanted)), (role, name, answer.text)
                assert answer.status_code != 401, (role, name)


async def test_a_key_counts_only_while_it_is_good(house: House) -> None:
    async with transaction() as session:
        ended, row = await create_key(session, "ended", "admin", LOCAL_OWNER, expires_at=now() + timedelta(hours=1))
        row.expires_at = now() - timedelta(seconds=1)
        revoked, _ = await create_key(session, "revoked", "admin", LOCAL_OWNER)
        await revoke_key(session, "revoked", LOCAL_OWNER)
    good = house.keys["admin"]
    bad = {
        "ended": f"Bearer {ended}",
        "revoked": f"Bearer {revoked}",
        "changed": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        "cut": f"Bearer {good[:20]}",
        "garbage": "Bearer \xff\xfe garbage",
        "long": "Bearer cf_00000000_" + "x" * 5_000,
        "prefix alone": "Bearer " + "_".join(good.split("_")[:2]) + "_",
        "another scheme": f"Basic {good}",
        "bare": good,
    }
    for name, value in bad.items():
        headers = {"Authorization": value.encode("latin-1")}
        answer = await house.anonymous.get("/api/tasks", headers=headers)  # type: ignore[arg-type]
        told = problem(answer, 401, "not_signed_in")
        assert good not in answer.text, name
        assert "cofounder keys create" in told["hint"], name
    assert (await house.anonymous.get("/api/tasks", headers={"Authorization": f"Bearer {good}"})).status_code == 200


async def test_a_key_that_is_revoked_counts_no_longer_at_once(house: House) -> None:
    assert (await house.viewer.get("/api/tasks")).status_code == 200
    async with transaction() as session:
        await revoke_key(session, "viewer key", LOCAL_OWNER)
    problem(await house.viewer.get("/api/tasks"), 401, "not_signed_in")
