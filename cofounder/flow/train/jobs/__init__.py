"""Fine-tuning jobs: a dataset version and settings become a model, on this machine or at a provider.

In: what to tune and on what, asked by a person or due by a rule. Out: a job that is estimated, approved where it costs
more than the limit, carried out through restarts, and deployed to the registry. Never: a key in a row; a second job for
the same dataset and settings; a job on a target that is closed.
"""
