"""Tokens a second of tuning on this machine, beside plain TRL on the same model in the same run.

python -m bench.tuning [ROUNDS]      # 5 by default; needs `make trainer`

A round trains both, in turn first, checkpoints and what we write down included. Medians, and the ratio of each round. On
a machine that does other things too, the processor's seconds say more than the clock's.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cofounder.flow.train.tuners.interface import TunerNotReady
from cofounder.flow.train.tuners.local import job, python
from cofounder.settings import Settings

GOAL = 0.95
BESIDE = Path(__file__).parent / "tunings" / "beside.py"


def main(rounds: int) -> int:
    try:
        found = asyncio.run(python.found(Settings()))
    except TunerNotReady as error:
        print(f"Left out: {error.detail} {error.advice}")
        return 0
    with tempfile.TemporaryDirectory() as work:
        command = [str(found.python), str(BESIDE), str(job.RUN), work, str(rounds)]
        ran = subprocess.run(command, capture_output=True, text=True, env=python.environment())
    if ran.returncode:
        print(ran.stderr[-2000:])
        return 1
    show(json.loads(ran.stdout.splitlines()[-1]))
    return 0


def show(said: dict[str, list[tuple[float, float]]]) -> None:
    print(
        f"{said['parameters']:,} parameters, {said['tokens']:,} tokens, {said['steps']} steps on the {said['device']}"
    )
    for place, name in enumerate(("by the clock", "of processor")):
        ours, plain = ([one[place] for one in said[side]] for side in ("ours", "plain"))
        ratios = [theirs / us for us, theirs in zip(ours, plain, strict=True)]
        speeds = [float(said["tokens"]) / statistics.median(side) for side in (ours, plain)]  # type: ignore[arg-type]
        ratio = statistics.median(ratios)
        print(
            f"tokens a second {name}: ours {speeds[0]:,.0f}, plain TRL {speeds[1]:,.0f}; ratio {ratio:.3f} "
            f"(rounds {min(ratios):.3f} to {max(ratios):.3f}; goal {GOAL})"
        )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
