"""When a model may take over, how it does beside the active one, and when it has to go.

In: a benchmark's figures, what candidates said in shadow, how calls and decisions went since a promotion. Out: a gate's
record with its reasons in words; agreement in shadow; a return to the previous model with an alert. Never: a promotion
without evidence or a person's reason; a return on a handful of cases.
"""
