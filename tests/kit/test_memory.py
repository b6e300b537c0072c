"""The search for cycles rests while rows are made, and no longer."""

import gc

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
