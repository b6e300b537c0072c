"""What the arms of an experiment came to: means with intervals, and whether tasks fell by their shares. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cofounder.personas import off_policy
from cofounder.personas.drawing import ARMS, Arm
from cofounder.personas.experiments.queries import Decided
from cofounder.personas.experiments.schemas import ArmResult, ResultsOut

LEAST = 20  # scored tasks of an arm, below which nothing is said of it
BROKEN = 0.001  # p of the sample ratio below which the parting itself is at fault
LEAST_EXPECTED = 5.0  # of a chi-square test


def results(
    shares: Mapping[Arm, float], decided: Sequence[Decided], as_of: datetime, *, ends: datetime, seed: int = 0
) -> ResultsOut:
    """Each arm's followers for each scored task; a task is scored when all its posts are."""
    of_arm = {arm: [one for one in decided if one.arm == arm] for arm in ARMS if arm in shares}
    scored = {arm: [one.followers for one in found if 0 < one.posts == one.scored] for arm, found in of_arm.items()}
    control = scored.get("control", [])
    arms = []
    for arm, found in of_arm.items():
        mean = _mean(scored[arm], seed)
        beside = off_policy.apart(scored[arm], control, seed=seed) if arm != "control" else None
        enough = min(len(scored[arm]), len(control)) >= LEAST
        arms.append(
            ArmResult(
                arm=arm,
                tasks=len(found),
                expected=round(shares[arm] * len(decided), 2),
                scored=len(scored[arm]),
                waiting=sum(one.posts > one.scored for one in found),
                overruled=sum(one.overruled for one in found),
                followers=round(sum(scored[arm]), 6),
                mean=mean.value,
                low=mean.low if len(scored[arm]) >= LEAST else None,
                high=mean.high if len(scored[arm]) >= LEAST else None,
                difference=beside.value if beside else None,
                difference_low=beside.low if beside and enough else None,
                difference_high=beside.high if beside and enough else None,
            )
        )
    p = sample_ratio(shares, {arm: len(found) for arm, found in of_arm.items()})
    broken = p is not None and p < BROKEN
    return ResultsOut(
        as_of=as_of,
        arms=arms,
        tasks=len(decided),
        sample_ratio_p=p,
        sample_ratio_broken=broken,
        told=_told(arms, broken, early=as_of < ends),
    )


def sample_ratio(shares: Mapping[Arm, float], counts: Mapping[Arm, int]) -> float | None:
    """p of a chi-square test that tasks fell by their shares; None where an arm expects fewer than five."""
    total = sum(counts.values())
    expected = {arm: share * total for arm, share in shares.items()}
    if len(expected) < 2 or min(expected.values()) < LEAST_EXPECTED:
        return None
    from scipy.stats import chi2

    score = sum((counts.get(arm, 0) - one) ** 2 / one for arm, one in expected.items())
    return float(chi2.sf(score, len(expected) - 1))


def _mean(values: Sequence[float], seed: int) -> off_policy.Estimate:
    log = [off_policy.Drawn(one, 1.0, 1.0, 0.0) for one in values]
    return off_policy.estimated(log, seed=seed) if values else off_policy.Estimate(None, None, None, 0, 0.0, 0)


def _told(arms: Sequence[ArmResult], broken: bool, *, early: bool) -> list[str]:
    said = []
    if broken:
        said.append(
            "Tasks did not fall into the arms by their shares: something sorts them. Trust none of these numbers, and "
            "find out what it is before anything is decided."
        )
    for one in arms:
        if one.arm == "control":
            continue
        if one.difference is None or one.difference_low is None or one.difference_high is None:
            said.append(
                f"{one.arm}: not enough. {one.scored} tasks are scored; {LEAST} of it and of control are needed."
            )
        elif one.difference_low > 0 or one.difference_high < 0:
            word = "more" if one.difference > 0 else "fewer"
            said.append(f"{one.arm} gains {word} followers for each task than control: {_span(one)}.")
        else:
            said.append(f"{one.arm} and control are not told apart: {_span(one)}.")
    if early:
        said.append(
            "It has not reached its end: who looks often and stops at the first good day finds what is not there."
        )
    return said


def _span(one: ArmResult) -> str:
    low, high = one.difference_low or 0.0, one.difference_high or 0.0
    return f"{one.difference or 0.0:+.2f}, 95 % {low:+.2f} to {high:+.2f}"


def document(found: ResultsOut) -> dict[str, Any]:
    """As it is kept with a decision."""
    return found.model_dump(mode="json")
