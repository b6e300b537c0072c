"""Every test may use the database fixtures of `cofounder.kit.testing`.

No property is held to a time: a machine that does other things too finds fewer examples a second, and nothing is wrong.
"""

from hypothesis import HealthCheck, settings

pytest_plugins = ["cofounder.kit.testing"]

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
