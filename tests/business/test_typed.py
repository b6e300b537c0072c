"""Figures as a person types them: one reading for the words of a request, the command line and the page."""

from datetime import date
from typing import Any

import pytest

from cofounder.business import typed
from cofounder.business.metrics import MetricInvalid, validate
from cofounder.cli.groups.asking import metrics as of_the_command_line
from cofounder.cli.out import line
from cofounder.models.offline.parser import parse

READ = {
    "revenue=150,000": 150_000,
    "revenue=$150,000": 150_000,
    "revenue=150000,50": 150_000.5,
    "revenue=1,234,567.89": 1_234_567.89,
    "revenue=1.234.567,89": 1_234_567.89,
    "revenue=1.234.567": 1_234_567,
    "revenue=1,234,567": 1_234_567,
    "revenue=1 234,5": 1_234.5,
    "revenue=1\u00a0234\u00a0567,5": 1_234_567.5,
    "revenue=USD 150.000,50": 150_000.5,
    "revenue=1,250": 1_250,
    "revenue=$1.2M": 1_200_000,
    "revenue=1,2 million": 1_200_000,
    "revenue=1e6": 1_000_000,
    "revenue_eur=€5": 5,
    "orders=1_000": 1_000,
    "nps_ratio=1,5": 1.5,
    "nps_ratio=.5": 0.5,
    "profit=-$5,000": -5_000,
    "profit=−3": -3,
    "conversion_rate=4.5%": 0.045,
    "conversion_rate=0.5%": 0.005,
    "conversion_rate=4,5%": 0.045,
    "conversion_rate=4,5 %": 0.045,
    "conversion_rate=12,25 percent": 0.1225,
    "conversion_rate=1.125%": 0.01125,
    "conversion_rate=0,500%": 0.005,
    "conversion_rate=0.045": 0.045,
    "growth_rate=-20%": -0.2,
    "open_rate_percent=4,5%": 4.5,
    "open_rate_percent=4.5": 4.5,
    "market_position=leader": "leader",
    "period=Quarter": "quarter",
    "roi=250%": 2.5,
    "market_share=12%": 0.12,
}
REFUSED = {
    "revenue=1500,000": "'1500,000', which may mean 1500000 or 1500",
    "revenue=150.000": "'150.000', which may mean 150000 or 150",
    "revenue=$1.250": "'$1.250', which may mean 1250 or 1.25",
    "revenue=150,00": "'150,00', which may mean 150000 or 150",
    "conversion_rate=1,250%": "may mean 1250% or 1.25%",
    "conversion_rate=450%": "is '450%'; a rate lies between 0% and 100%",
    "open_rate_percent=450%": "is '450%'; a rate lies between 0% and 100%",
    "customer_count=50%": "is '50%', but it is no rate: write how many it is without a percent sign",
    "revenue=12%": "is '12%', but it is no rate: write the amount without a percent sign",
    "users=12%": "is '12%', but by its name it is a count: write how many it is without a percent sign, or name the share, as in users_rate",
    "previous_month_users=12%": "by its name it is a count",
    "nps=45%": "is '45%', but by its name it is a score: write the score without a percent sign",
    "ad_budget=5%": "by its name it is money",
    "delivery_days=5%": "by its name it is days",
    "revenue=€5": "is '€5', but it is kept in USD",
    "revenue=lots": "is 'lots'; a number is wanted",
    "revenue=nan": "a number is wanted",
    "revenue=1.5.2": "a number is wanted",
    "revenue=1,23,456": "a number is wanted",
    "revenue=5%6": "a number is wanted",
    "revenue=": "is empty; a number is wanted",
}


@pytest.mark.parametrize("typed_as", READ)
def test_a_figure_is_read_as_it_is_typed(typed_as: str) -> None:
    name, value = typed_as.split("=")
    assert typed.read([(name, value)], field="figures") == {name: READ[typed_as]}
    assert validate(of_the_command_line([typed_as])) == {name: READ[typed_as]}


@pytest.mark.parametrize("typed_as", REFUSED)
def test_what_is_no_number_or_may_be_two_is_refused_by_its_name(typed_as: str) -> None:
    name = typed_as.split("=")[0]
    with pytest.raises(MetricInvalid) as refused:
        of_the_command_line([typed_as])
    (error,) = refused.value.errors
    assert error["field"] == f"metric.{name}"
    assert REFUSED[typed_as] in error["message"]
    assert "Did you mean" not in str(refused.value)


def test_every_line_at_fault_is_told_and_none_may_come_twice() -> None:
    said = typed.lines(
        "revenue_monthly = 150,000\n\n conversion_rate: much \ncustomer_count 320\nprofit 1.250\nprofit = 3\nprofit 4"
    )
    with pytest.raises(MetricInvalid) as refused:
        typed.read(said, field="figures")
    assert [one["field"] for one in refused.value.errors] == [
        "figures.conversion_rate",
        "figures.profit",
        "figures.profit",
    ]
    assert "profit is given twice." in str(refused.value)
    assert line(refused.value).count("profit is given twice.") == 1


def _said(amount: str) -> dict[str, Any]:
    asked = f"Write a LinkedIn post about our revenue of {amount}"
    return parse(asked, today=date(2026, 11, 21), answers={}).own_figures()


@pytest.mark.parametrize(
    "amount", ["$150,000", "USD 150.000,50", "$150000,50", "$1.234.567,89", "$1 234,50", "$1,2 million", "$1,250"]
)
def test_the_words_of_a_request_read_a_number_as_the_forms_do(amount: str) -> None:
    said = typed.read([("revenue", amount)], field="figures")
    assert _said(amount) == said


@pytest.mark.parametrize("amount", ["$150.000", "$150,00"])
def test_what_the_forms_refuse_the_words_do_not_guess(amount: str) -> None:
    assert _said(amount) == {}


@pytest.mark.parametrize("name", ["Period", "PERIOD", " period "])
def test_the_span_is_read_however_its_name_and_value_are_written(name: str) -> None:
    assert typed.read(typed.lines(f"{name} = Quarter\nrevenue = 5"), field="figures") == {
        "period": "quarter",
        "revenue": 5,
    }
    assert validate({name.strip(): "Quarter", "revenue": 5}) == {"period": "quarter", "revenue": 5}
    with pytest.raises(MetricInvalid, match="period is text; write month, quarter or year"):
        validate({name.strip(): "fortnight"})
