"""Lets the actions of one request know of each other: shared topics and periods, one post for several channels."""

import re

from cofounder.models.intent import Action
from cofounder.models.offline.parsing import actions

_HIGHLIGHTS = re.compile(
    r"(?:(?:the |its |most |key |main |top |best |biggest |interesting |important |surprising |striking )*"
    r"(?:highlights?|results?|findings?|insights?|summary|takeaways?|numbers?|figures?|outcomes?|conclusions?|story|learnings?|points|news|"
    r"changes?|differences?|facts?|lessons?|trends?|comparison|analysis|forecast|report|it)|what (?:you|we) (?:find|found|learn\w*)|what stands out)"
    r"(?: (?:of|from|in) (?:it|this|that|the (?:analysis|report|comparison|forecast)))?",
    re.I,
)


def link(found: list[Action], sure: list[float]) -> tuple[list[Action], list[float]]:
    """The actions with what they take from each other, and how sure each is."""
    return _merged(_inherited(found), sure)


def _inherited(found: list[Action]) -> list[Action]:
    """A later part on the same work takes the period and the topic of the one that has them."""
    done: list[Action] = []
    figures: Action | None = None
    topics = [a.topic for a in found if a.kind in actions.WRITE_KINDS and a.topic]
    for action in found:
        if action.kind in actions.WRITE_KINDS and action.text is None:
            action = _after_figures(action, figures) if figures else action
            if not action.topic and topics:
                twin = next(a for a in found if a.topic == topics[0] and a.kind in actions.WRITE_KINDS)
                action = action.model_copy(update={"topic": twin.topic, "wants_metrics": twin.wants_metrics})
        if action.period is None and action.wants_metrics:
            action = action.model_copy(update={"period": _near_period(action, done, found)})
        if action.kind in actions.FIGURE_KINDS or action.kind == "analyse_market":
            figures = action
        done.append(action)
    return done


def _after_figures(action: Action, figures: Action) -> Action:
    """ "... and post the highlights": the text is about what the analysis before it finds."""
    if action.topic and not _HIGHLIGHTS.fullmatch(action.topic):
        return action
    whole = f"{action.topic} of {figures.topic}" if action.topic and figures.topic else action.topic or figures.topic
    own = figures.kind in actions.FIGURE_KINDS
    return action.model_copy(
        update={"topic": whole or "highlights", "wants_metrics": own, "metrics": action.metrics or figures.metrics}
    )


def _near_period(action: Action, done: list[Action], found: list[Action]) -> object:
    """The period of the nearest action that looks the same way in time."""
    ahead = action.kind == "forecast_metrics"
    follows = done and done[-1].kind == "forecast_metrics" and action.kind in actions.WRITE_KINDS
    near = (a for a in [*reversed(done), *found] if a.period and a.kind != "plan_calendar")
    return next((a.period for a in near if follows or (a.kind == "forecast_metrics") == ahead), None)


def _merged(found: list[Action], values: list[float]) -> tuple[list[Action], list[float]]:
    """Two parts that ask for the same post on different channels are one action."""
    out: list[Action] = []
    sure: list[float] = []
    for action, value in zip(found, values, strict=True):
        twin = next((i for i, a in enumerate(out) if a.kind == action.kind and _twins(a, action)), None)
        if twin is None:
            out.append(action)
            sure.append(value)
            continue
        joined = list(dict.fromkeys([*out[twin].channels, *action.channels]))
        out[twin] = out[twin].model_copy(
            update={
                "channels": joined,
                "topic": out[twin].topic or action.topic,
                "metrics": list(dict.fromkeys([*out[twin].metrics, *action.metrics])),
            }
        )
    return out, sure


def _twins(a: Action, b: Action) -> bool:
    if a.kind in ("create_post", "create_thread", "write_article", "write_email", "headlines"):
        return a.topic == b.topic or not a.topic or not b.topic
    same = a.period == b.period or a.period is None or b.period is None
    return (
        a.kind in ("analyse_metrics", "compare_metrics", "forecast_metrics", "plan_calendar", "analyse_market") and same
    )
