"""A series of the API's walk: begun, changed, one slot left out and taken back, paused, resumed and ended."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from cofounder.kit.clock import now, stamp

Ask = Callable[..., Awaitable[Any]]
MONDAYS = {
    "name": "Monday numbers",
    "request": "Write a post about last week's numbers",
    "channels": ["linkedin", "x"],
    "weekdays": ["monday"],
    "at": "09:00",
    "zone": "Europe/Berlin",
    "lead_minutes": 60,
}


async def series(ask: Ask) -> None:
    made = await ask("create_series", "POST", "/api/series", MONDAYS)
    path, day = f"/api/series/{made['id']}", made["coming"][1]["day"]
    await ask("change_series", "PATCH", path, {"at": "10:00"})
    await ask("skip_slot", "PUT", f"{path}/skips/{day}")
    await ask("take_slot_back", "DELETE", f"{path}/skips/{day}")
    await ask("skip_slot", "PUT", f"{path}/skips/{day}")
    await ask("list_series", "GET", "/api/series")
    since, until = now(), now() + timedelta(days=21)
    between = f"since={stamp(since)}&until={stamp(until)}"
    await ask("list_occurrences", "GET", f"/api/series/occurrences?{between}")
    await ask("show_series", "GET", path)
    await ask("pause_series", "POST", f"{path}/pause")
    await ask("resume_series", "POST", f"{path}/resume")
    await ask("list_conflicts", "GET", f"/api/calendar/conflicts?{between}")
    await ask("list_meant", "GET", f"/api/calendar/meant?{between}")
    await ask("end_series", "POST", f"{path}/end")
