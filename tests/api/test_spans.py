"""A time span that ends before it begins is refused by its field, wherever one is asked for."""

from cofounder.kit.testing import Database
from tests.flow.server import signed_in

TIMES = {"since": "2026-09-09T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
DAYS = {"since": "2026-09-09", "until": "2026-01-01"}
ASKED = {
    "/api/series/occurrences": TIMES,
    "/api/publications": TIMES,
    "/api/calendar/conflicts": TIMES,
    "/api/calendar/meant": TIMES,
    "/api/audit": TIMES,
    "/api/orchestrator/metrics/summary": TIMES,
    "/api/business/attribution": DAYS,
}


async def test_a_span_that_ends_before_it_begins_is_refused_everywhere(database: Database) -> None:
    async with signed_in("admin") as (admin,):
        for path, span in ASKED.items():
            answer = await admin.get(path, params=span)
            assert answer.status_code == 422, f"{path}: {answer.text}"
            told = answer.json()
            assert (told["code"], told["errors"][0]["field"]) == ("span_backwards", "since"), path
            moment = await admin.get(path, params={"since": span["since"], "until": span["since"]})
            assert moment.status_code == 200, f"{path}: {moment.text}"
