"""The words for a company's figures as requests name them, and what each is called."""

import re

from cofounder.models.offline.parsing import metrics

WHO = r"(?:paying |active |happy )?(?:customers|clients)"
_MORE = ((rf"new {WHO}", "new_customers"), (WHO, "customers"), (r"users", "users"), (r"subscribers", "subscribers"), (r"orders", "orders"),
         (r"followers", "followers"), (r"growth", "growth_rate"), (r"leads", "leads"), (r"downloads", "downloads"))  # fmt: skip
COUNTED = "|".join(pattern for pattern, _ in _MORE)
NOUN = rf"(?:{metrics.NAMED}|{COUNTED})"
UP = (
    r"grew|rose|climbed|jumped|increased|went up|surged|soared|improved|improving|growing|rising|climbing|increasing|up"
)
DOWN = r"fell|dropped|declined|decreased|went down|worsened|sank|slipped|shrank|plunged|falling|dropping|declining|decreasing|shrinking|down"
COUNTS = {"customers", "new_customers", "users", "subscribers", "orders", "followers", "leads", "downloads", "traffic",
          "impressions", "reach", "clicks", "likes", "signups", "nps"}  # fmt: skip


def name(noun: str) -> str | None:
    """The canonical name of the figure that a noun stands for."""
    for pattern, named in _MORE:
        if re.fullmatch(pattern, noun):
            return named
    found = metrics.find(noun)
    return found[0] if found else None


def is_no_money(named: str) -> bool:
    return metrics.is_rate(named) or named.removeprefix("previous_") in COUNTS
