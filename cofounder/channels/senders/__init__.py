"""Senders: how a rendered text leaves the house, one module a way out.

In: a delivery, the exact text of one variant for one recipient. Out: a receipt; or `EffectRefused` where the channel
surely did not take it, or `EffectUnknown` where nobody can say. Never: changes a word, tries twice, or remembers what
was sent (the effect ledger does).
"""
