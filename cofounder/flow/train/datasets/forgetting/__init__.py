"""What tombstones of versions say in words of examples that were erased is forgotten with them."""

from cofounder.flow.train.datasets.forgetting.queries import of_run, of_version

__all__ = ["of_run", "of_version"]
