"""The figures that come with a request, as numbers or as a person typed them."""

from typing import Any

from cofounder.business import metrics, mistyped, typed
from cofounder.flow.request.schemas import ProcessIn


def given(body: ProcessIn) -> dict[str, Any] | None:
    """The figures that come with the request, typed or as numbers. Raises MetricInvalid."""
    found = body.business_metrics
    if body.figures is None:
        field = "business_metrics"
    else:
        field, said = "figures", typed.lines(body.figures)
        numbers = typed.read(said, field=field)
        for name in numbers.keys() & (found or {}).keys():
            raise metrics.MetricInvalid(f"{name} is given in business_metrics too.", field=f"{field}.{name}")
        found = {**(found or {}), **numbers} if numbers or found is not None else None
    if found is None:
        return None
    mistyped.check(found, field=field)
    return metrics.validate(found, field=field)
