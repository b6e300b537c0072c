"""Probabilities in words: one that rounds to nought is not nought. Pure."""


def stated(name: str, value: float) -> str:
    """`q = 0.012`, and `q < 0.001` for what three places do not show."""
    return f"{name} < 0.001" if value < 0.001 else f"{name} = {value:.3f}"
