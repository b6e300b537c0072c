"""Which currency an amount names by its own sign, and whether that is the one its row is counted in. Pure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A sign in lower case, and the codes it may stand for: a dollar sign is that of every dollar, and of most pesos.
_SIGNS = (
    ("€|eur", "^EUR$"),
    ("gbp", "^GBP$"),
    ("£", "P$"),
    ("chf", "^CHF$"),
    (r"usd|us\$", "^USD$"),
    (r"\$", "D$|^(?:ARS|BRL|CLP|COP|DOP|MXN|UYU)$"),
    ("¥", "^(?:JPY|CNY)$"),
)
_ANY = "|".join(sign for sign, _ in _SIGNS)


def others(text: "pl.Series", codes: "pl.Series") -> "pl.Series":
    """Which amounts carry the sign of another currency than the code of their row. No sign is no contradiction."""
    said = text.str.to_lowercase()
    found = said.str.contains(_ANY).fill_null(value=False)
    if not found.any():
        return found
    other = found & False
    for sign, fits in _SIGNS:
        other = other | (said.str.contains(sign) & ~codes.str.contains(fits)).fill_null(value=False)
    return other
