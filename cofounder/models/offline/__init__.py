"""The built-in model: it reads requests and writes texts with no key, no network and no surprise.

In: a request in English, or a brief with facts and passages. Out: an intent, or a draft whose every figure is given or
derived by a closed list; the same input gives the same answer. Never: research, translation, an opinion, a figure of
its own.
"""
