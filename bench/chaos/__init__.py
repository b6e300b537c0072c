"""Chaos: a storm of SIGKILL over hundreds of tasks, and an audit of everything that is left. Run: python -m bench.chaos."""
