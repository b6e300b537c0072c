"""Series: a request that is asked again and again, each time for a slot to come.

In: what to ask, and when: "every Monday 09:00 in Berlin". Out: for each slot one ordinary task, a lead before it, meant
for that slot. Never: publishes or approves anything; makes a slot's task twice; changes what was made before.
"""
