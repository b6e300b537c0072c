"""Whether a judge agrees with people, and whether it still does.

In: decisions of people and the opinions that models had given on the same texts. Out: shares and ranks with n and interval,
by model and month, beside the rules' own; an alert where a judge changed. Never: a decision made without a person, a text
that a person edited first, a rule changed by what is seen here.
"""
