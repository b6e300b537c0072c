"""Every test may use the database fixtures of `cofounder.kit.testing`.

No property is held to a time: a machine that does other things too finds fewer examples a second, and nothing is wrong.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program's own processes do, before NumPy is there

from hypothesis import HealthCheck, settings

from cofounder.kit import outside

outside.ask_here_directly()

pytest_plugins = ["cofounder.kit.testing"]

settings.register_profile(
    "untimed",
    deadline=None,
    derandomize=not os.environ.get(
        "COFOUNDER_TEST_LONG"
    ),  # a red test is the same test for everybody; long runs explore
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: one more than there are cores, as half of what a test does is wait for another process."""
    return len(os.sched_getaffinity(0)) + 1
