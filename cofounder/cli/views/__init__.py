"""How things look in a terminal.

In: what a service answered. Out: something Rich can print, readable on paper and on ink, at 80 columns and at 120.
Never: a call to a service, a wait, a decision.
"""
