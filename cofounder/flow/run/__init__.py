"""Runs a plan.

In: a validated plan and its step rows. Out: finished steps, one draft per channel, deliverables. Never judges a variant
for good and never sends anything.
"""
