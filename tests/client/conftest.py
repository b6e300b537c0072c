"""A client's view of the product: the server on a socket, a key."""

from tests.api.conftest import house, working

__all__ = ["house", "working"]
