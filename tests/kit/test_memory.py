"""The search for cycles rests while rows are made, and no longer."""

import gc
import subprocess
import sys

import pytest

from cofounder.kit.memory import uncollected


def test_the_search_for_cycles_goes_on_whatever_happens_meanwhile() -> None:
    def fails() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert gc.isenabled()


def test_whoever_had_it_off_has_it_off_afterwards() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


SETTLED = """
import gc, weakref
from cofounder.kit.memory import settle

class Node:
    pass

lives = [Node() for _ in range(1_000)]
settle()
assert gc.get_freeze_count() > 1_000, "what lives is looked through again"
node = Node()
node.itself, seen = node, weakref.ref(node)
del node
for _ in range(gc.get_threshold()[0] + 100):
    lives.append(Node())
assert seen() is None, "what came later is not found by the search that comes by itself"
"""


def test_what_lives_is_left_alone_and_what_comes_later_is_still_found() -> None:
    """In a process of its own: nothing thaws what was settled."""
    ran = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
