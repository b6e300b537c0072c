"""What schemathesis draws: times of the years that the product takes, as the OpenAPI says by a pattern.

By itself the tool draws any year of the calendar and throws away what the pattern does not let through, which is most.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import schemathesis
from hypothesis import strategies as st

DAYS = st.dates(date(1901, 1, 1), date(2199, 12, 31)).map(str)
CLOCKS = st.times().map(lambda time: time.isoformat())
ZONES = st.sampled_from(("Z", "+00:00", "-09:30", "+05:45", "+14:00", "-23:59", "+23:59"))

schemathesis.openapi.format("date", DAYS)
schemathesis.openapi.format("date-time", st.builds("{}T{}{}".format, DAYS, CLOCKS, ZONES))


# Questions that take several texts. One `true` is on its way the same as a list of the text "true", which they take.
SEVERAL = {"channels", "exclude_tags", "include_tags", "intent_filter", "metric", "tags"}


@schemathesis.hook
def filter_query(context: schemathesis.HookContext, query: Mapping[str, Any] | None) -> bool:
    """Whether the tool may send these questions."""
    return not any(isinstance(one, bool | int | float) for name, one in (query or {}).items() if name in SEVERAL)
