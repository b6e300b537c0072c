"""The slots of metrics that belong together: money per head, a rate and its base, spend and what it brought."""

from cofounder.models.figures.deriving import RATE_OF, ratio_of
from cofounder.models.figures.families import family_of
from cofounder.models.offline import wording
from cofounder.models.offline.metrics import singular
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.views import View
from cofounder.models.offline.when import same_days


def stock_slots(scene: Scene, lead: View) -> None:
    """Something counted (customers, users) beside the lead's money, and the money per head."""
    stocks = [view for view in scene.views if view.name.kind == "stock" and view is not lead and view.fact.value >= 2]
    if not stocks:
        return
    stock = stocks[0]
    scene.put("s", wording.given(stock.fact), f"{stock.id}.value")
    scene.put("snoun", stock.name.many)
    scene.put("sone", stock.name.one)
    if lead.name.kind != "money_flow":
        return
    each = ratio_of(lead.fact, stock.fact)
    if each is None:
        return
    amount = wording.derived_money(each.value, lead.fact.currency)
    scene.put("per", amount.hedged, f"{lead.id}/{stock.id}")
    scene.put("peru", wording.derived_money(each.value, lead.fact.currency, fine=True).text, f"{lead.id}/{stock.id}")


_ONE_OF = {
    "conversions": "conversion",
    "bounces": "bounce",
    "opens": "open",
    "clicks": "click",
    "engagements": "engagement",
    "customers lost": "lost customer",
}


def funnel_slots(scene: Scene) -> None:
    """A rate and the count it is taken of: the product, what is left, one in n, the value of a point."""
    for rate in scene.views:
        if rate.fact.metric not in RATE_OF or rate.fact.unit != "rate" or not 0 < rate.fact.value < 0.6:
            continue
        for whole in scene.views:
            if whole.fact.metric not in RATE_OF[rate.fact.metric][0] or whole.fact.unit != "count":
                continue
            if whole.fact.value < 100 or whole.name.kind == "stock":
                continue
            if rate.fact.period and whole.fact.period and not same_days(rate.fact.period, whole.fact.period):
                continue
            _put_funnel(scene, rate, whole)
            return


def _rate_that_makes(rate: View, whole: View, counted: wording.Worded) -> str | None:
    """The rate with as few digits as make "visits x rate = count" true to a reader who redoes it."""
    for decimals in range(2, 6):
        percent = round(rate.fact.value * 100, decimals)
        if wording.derived_count(percent / 100 * whole.fact.value).text == counted.text:
            return wording.percent(rate.fact.value) if decimals == 2 else f"{percent:.{decimals}f}".rstrip("0") + "%"
    return None


def _put_funnel(scene: Scene, rate: View, whole: View) -> None:
    key = f"{rate.id}*{whole.id}"
    made = rate.fact.value * whole.fact.value
    noun = RATE_OF[rate.fact.metric][1]
    counted = wording.derived_count(made)
    shown = _rate_that_makes(rate, whole, counted)
    given = [view for view in scene.views if family_of(view.fact.metric) == noun and view is not rate]
    if shown is None or any(wording.given(view.fact) != counted.text for view in given):
        return  # the product would contradict a count that is given, or its own printed factors
    left = wording.derived_count(whole.fact.value - made)
    scene.put("v", wording.given(whole.fact), f"{whole.id}.value")
    scene.put("vnoun", whole.name.many or "visits")
    scene.put("vone", whole.name.one or singular(whole.name.many or "visits"))
    scene.put("r", shown, f"{rate.id}.value")
    scene.put("rnoun", rate.name.subject.removeprefix("the "))
    scene.put("c", counted.hedged, f"{key}.made")
    scene.put("cn", counted.text, f"{key}.made")
    scene.put("cnoun", noun)
    scene.put("cone", _ONE_OF.get(noun, singular(noun)))
    scene.put("rest", left.hedged, f"{key}.rest")
    scene.put("restpct", wording.derived_percent(1 - rate.fact.value).text, f"{key}.restpct")
    one_in = 1 / rate.fact.value
    if one_in >= 3 and abs(one_in - round(one_in)) / one_in < 0.03:
        exact = abs(one_in - round(one_in)) < 1e-6
        scene.put("nth", f"{round(one_in):,}", f"{key}.nth")
        scene.put("abt", "" if exact else "about")
    point = wording.derived_count(whole.fact.value * 0.01)
    scene.put("point", point.hedged, f"{key}.point")
    scene.marks.add("funnel")
    lead = scene.lead
    if lead is None or lead.name.kind != "money_flow":
        return
    per_visit = ratio_of(lead.fact, whole.fact)
    if per_visit is not None and per_visit.value >= 0.02:
        amount = wording.derived_money(per_visit.value, lead.fact.currency)
        scene.put("ppv", amount.hedged, f"{lead.id}/{whole.id}")
        scene.put(
            "ppvu", wording.derived_money(per_visit.value, lead.fact.currency, fine=True).text, f"{lead.id}/{whole.id}"
        )
        if amount.exact and lead.fact.currency == "USD":
            scene.put("ppvw", wording.cents_in_words(per_visit.value), f"{lead.id}/{whole.id}")
    if made:
        each = lead.fact.value / made
        amount = wording.derived_money(each, lead.fact.currency)
        scene.put("ppc", amount.hedged, f"{lead.id}/{key}")
        scene.put("ppcu", wording.derived_money(each, lead.fact.currency, fine=True).text, f"{lead.id}/{key}")
    stocks = [view for view in scene.views if view.name.kind == "stock"]
    if stocks and made > 2 * stocks[0].fact.value > 0:
        times = wording.derived_count(made / stocks[0].fact.value)
        scene.put("cps", times.hedged, f"{key}/{stocks[0].id}")


def spend_slots(scene: Scene) -> None:
    """Marketing spend beside revenue, and a customer's value beside the cost of winning one."""
    by_metric = {view.fact.metric: view for view in scene.views}
    spend, lead = by_metric.get("marketing_spend"), scene.lead
    if (
        spend is not None
        and lead is not None
        and lead.fact.metric == "revenue"
        and 0 < spend.fact.value < lead.fact.value
    ):
        part = wording.derived_percent(spend.fact.value / lead.fact.value)
        scene.put("m", wording.given(spend.fact), f"{spend.id}.value")
        scene.put("mpct", part.hedged, f"{spend.id}/{lead.id}")
    cost = by_metric.get("acquisition_cost") or by_metric.get("customer_acquisition_cost")
    life = by_metric.get("lifetime_value") or by_metric.get("customer_lifetime_value")
    if cost is not None and life is not None and 0 < cost.fact.value * 1.5 < life.fact.value:
        times = wording.derived_count(life.fact.value / cost.fact.value)
        scene.put("cac", wording.given(cost.fact), f"{cost.id}.value")
        scene.put("ltv", wording.given(life.fact), f"{life.id}.value")
        scene.put("ltvx", times.hedged, f"{life.id}/{cost.id}")
