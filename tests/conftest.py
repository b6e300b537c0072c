"""Every test may use the database fixtures of `cofounder.kit.testing`."""

pytest_plugins = ["cofounder.kit.testing"]
