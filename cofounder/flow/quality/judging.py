"""What a model's opinion adds to the verdict of the rules, and how to take it out again. Pure.

Its dimensions stand beside those of the rules as judge_NAME and weigh WEIGHT of the whole together. A cap of the rules
holds, and where the rules alone do not pass a text no opinion lifts its score: a judge holds back, it lets nothing through.
"""

from cofounder.flow.quality.evaluator import EVALUATOR, highest, scaled
from cofounder.flow.quality.schemas import Assessment, DimensionScore, JudgedBy
from cofounder.models.brief import Issue
from cofounder.models.judging import Judged

PREFIX = "judge_"
WEIGHT = 0.2  # of the mean, all of a judge's dimensions together
LOW = 0.6  # a dimension below it is told as an issue


def joined(verdict: Assessment, opinion: Judged) -> Assessment:
    """The verdict with a model's dimensions in it; an earlier opinion gives way."""
    rules = without(verdict)
    each = WEIGHT / (1 - WEIGHT) / len(opinion.scores)
    added = {PREFIX + name: _dimension(name, opinion, each) for name in opinion.scores}
    weighed = scaled({**rules.dimensions, **added})
    issues = [*rules.issues, *(issue for name in added for issue in weighed[name].issues)]
    mean = sum(score.score * score.weight for score in weighed.values())
    cap, _ = highest(issues, rules.threshold)
    overall = round(min(mean, cap, 1.0 if rules.passed else rules.overall), 4)
    return rules.model_copy(
        update={
            "overall": overall,
            "passed": overall >= rules.threshold,
            "dimensions": weighed,
            "issues": issues,
            "evaluator": f"{EVALUATOR} with judge {opinion.model}",
            "judge": JudgedBy(
                model=opinion.model, overall=opinion.overall, decision=opinion.decision, without=rules.overall
            ),
        }
    )


def without(verdict: Assessment) -> Assessment:
    """The verdict of the rules alone."""
    if verdict.judge is None:
        return verdict
    overall = verdict.judge.without
    own = {name: score for name, score in verdict.dimensions.items() if not name.startswith(PREFIX)}
    return verdict.model_copy(
        update={
            "overall": overall,
            "passed": overall >= verdict.threshold,
            "dimensions": scaled(own),
            "issues": [issue for issue in verdict.issues if not issue.dimension.startswith(PREFIX)],
            "evaluator": EVALUATOR,
            "judge": None,
        }
    )


def _dimension(name: str, opinion: Judged, weight: float) -> DimensionScore:
    score = opinion.scores[name]
    said = opinion.evidence.get(name)
    words = said or "A tuned judge gives scores without sentences."
    issues = []
    if score < LOW:
        message = f"A model judged it {score:.2f}: {said}" if said else f"A model judged it {score:.2f}."
        issues = [Issue(dimension=PREFIX + name, code="judged_low", message=message, severity="minor")]
    return DimensionScore(
        score=score, weight=weight, evidence=[words, f"Judged by {opinion.model}."], issues=issues, calibrated=False
    )
