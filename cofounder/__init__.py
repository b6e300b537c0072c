"""Cofounder: a request becomes an approved publication and a training example. Read journey.py first."""

__version__ = "0.1.0"
