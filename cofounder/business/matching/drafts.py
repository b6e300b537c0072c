"""A link before it is written down."""

from decimal import Decimal
from typing import Any, Literal

from cofounder.kit import clock
from cofounder.kit.ids import new_id

Kind = Literal["post_task", "reading_post", "web_post", "evaluation_task"]


def draft(kind: Kind, subject: str, label: str, target: Any, target_label: str, **more: Any) -> dict[str, Any]:
    """The row of a link; of `more`: method, confidence, evidence, whether it is `sure`, and how many rows it places."""
    sure = more.pop("sure")
    return {
        "id": new_id(),
        "kind": kind,
        "subject": subject,
        "subject_label": label[:200],
        "target_id": target,
        "target_label": target_label[:200],
        "state": "sure" if sure else "doubtful",
        "made_at": clock.now(),
        "rows": 1,
        **more,
        "confidence": Decimal(str(round(more["confidence"], 4))),
    }
