"""What the Python that trains runs: a process of its own, with torch and without Cofounder.

In: a folder with job.json and the lines to learn. Out: journal.jsonl (what happened, line by line), checkpoints, end.json
(how it ended, in words), and what came out of it. Never: imports anything of Cofounder's; imports torch before it holds
its lock; runs code that comes with a model.
"""
