"""Quality: judges a rendered text by dimension, with evidence, and decides whether to refine it again.

In: a draft, its brief and its rendered form. Out: an assessment with issues a writer can act on, findings of what must not
be said, the loop's next move; once a text is final, what a model says of it too. Never: writes or changes a text, lets a
model replace a rule or lift a text over the threshold, hides why a score is what it is.
"""

from cofounder.flow.quality.detectors import check_text, detect, risk_level

__all__ = ["check_text", "detect", "risk_level"]
