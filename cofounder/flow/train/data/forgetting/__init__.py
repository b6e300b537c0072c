"""Words of erased examples that stand elsewhere are forgotten with them."""

from cofounder.flow.train.data.forgetting.queries import alone, ask_also, forget

__all__ = ["alone", "ask_also", "forget"]
