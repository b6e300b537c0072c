"""A name that is near to a known one is asked about; any other is kept, and told to be nobody's."""

import pytest

from cofounder.business import mistyped
from cofounder.business.catalogue import KNOWN, SPELLINGS
from cofounder.business.metrics import MetricInvalid

NEAR = {
    "revenu_montly": "revenue_monthly",
    "revneue": "revenue",
    "Webiste_traffic": "website_traffic",
    "convertion_rate": "conversion_rate",
    "customercount": "customer_count",
    "signup": "signups",
    "costumers": "customers",
    "new_costumers": "new_customers",
    "costumer_count": "customer_count",
    "previos_month_revenue": "previous_month_revenue",
    "previous_month_revenu": "previous_month_revenue",
    "revenue_taget": "revenue_target",
    "perid": "period",
}
FAR = [
    *(
        "posts",
        "reads",
        "loads",
        "nps",
        "nrr",
        "visitors",
        "units_sold",
        "conversation_rate",
        "open_rate",
        "page_views",
    ),
    *("revenue_eur", "revenue_weekly", "revenue_2024", "net_revenue", "monthly_spent", "engagement_rate", "user_count"),
]


@pytest.mark.parametrize("name", NEAR)
def test_a_mistyped_name_is_refused_with_the_one_that_was_meant(name: str) -> None:
    assert mistyped.near(name) == NEAR[name]
    with pytest.raises(MetricInvalid, match=f"{name} is no known figure. Did you mean {NEAR[name]}?") as refused:
        mistyped.check([name, "revenue"], field="figures")
    assert [one["field"] for one in refused.value.errors] == [f"figures.{name}"]


@pytest.mark.parametrize("name", FAR)
def test_a_name_of_ones_own_is_kept(name: str) -> None:
    assert mistyped.near(name) is None


def test_no_known_name_is_taken_for_another() -> None:
    spelled = [
        "period",
        *KNOWN,
        *SPELLINGS,
        *(f"previous_{name}" for name in SPELLINGS),
        "conversionRate",
        "Website Traffic",
    ]
    mistyped.check(spelled)


def test_what_nobody_knows_is_told_with_how_it_is_taken() -> None:
    given = {"revenue_monthly": 150_000, "period": "month", "units_sold": 3, "previous_units_sold": 2, "open_rate": 0.2}
    assert mistyped.of_ones_own(given) == [
        "Not known here, and taken as figures of your own: units_sold (a count), previous_units_sold (a count), open_rate (a share)."
    ]
    assert mistyped.of_ones_own({"revenue_monthly": 1, "previous_revenue": 2}) == mistyped.of_ones_own(None) == []
