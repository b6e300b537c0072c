"""Roles contain each other in one order."""

import pytest

from cofounder.people import LOCAL_OWNER, ROLES, Caller


@pytest.mark.parametrize("held", ROLES)
@pytest.mark.parametrize("needed", ROLES)
def test_a_role_may_do_what_every_lower_role_may(held: str, needed: str) -> None:
    caller = Caller(name="someone", role=held, kind="key")  # type: ignore[arg-type]
    assert caller.may(needed) is (ROLES.index(held) >= ROLES.index(needed))  # type: ignore[arg-type]


def test_the_local_owner_may_do_everything_and_signs_without_a_prefix() -> None:
    assert all(LOCAL_OWNER.may(role) for role in ROLES)
    assert LOCAL_OWNER.who == "local owner"
    assert Caller(name="ci", role="viewer", kind="key").who == "key:ci"
