"""Tuning on this machine: TRL and PEFT in a process of their own, then Ollama or `transformers serve`.

In: files of a dataset version, a base model (a folder, or a name on the hub) and settings. Out: a job that outlives this
server, its losses, a folder with an adapter or a whole model, and where it answers. Never: imports torch, transformers or
trl here; sends a line to another machine; runs code that comes with a model.
"""

from cofounder.flow.train.tuners.local.tuner import LocalTuner, build

__all__ = ["LocalTuner", "build"]
