"""Numbers as people write their digits: 1,234,567.89, 1.234.567,89, 150000,50, 1 234,5. One rule for words and for forms. Pure."""

import re

_GAPS = "[ \u00a0\u2009\u202f'’_]"
_PLAIN = re.compile(r"\d+|(?:\d+\.\d*|\.?\d+)[eE][+-]?\d{1,3}")
_GAPPED = re.compile(rf"\d{{1,3}}(?:{_GAPS}\d{{3}})+(?:[.,]\d+)?")
_BOTH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+")
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,}")
_ONE_MARK = re.compile(r"(\d*)([.,])(\d+)")
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # a thousand and more, or little more than one
# 150,00: with a decimal comma, or 150,000 less a digit; 1500,000: the same, or 1,500,000 less a comma
_CUT_SHORT = re.compile(r"[1-9]\d{0,2},\d{2}|[1-9]\d{3,},\d{3}")


def worth(said: str, *, percent: bool = False, scaled: bool = False) -> float | None:
    """What digits are worth; None where they are no number or may be read in two ways (`readings` tells which).

    1,250 is a thousand and more, as English writes it, but of a percentage it may be either; 1.250, 150,00 and 1500,000
    may be either, unless a percent sign or a scale (1.250 million) stands behind it.
    """
    if _CUT_SHORT.fullmatch(said) and not (percent or scaled):
        return None
    if _EITHER.fullmatch(said):
        if "," in said:
            return None if percent else float(said.replace(",", ""))
        return float(said) if percent or scaled else None
    return _sure(said)


def readings(said: str) -> tuple[str, str] | None:
    """Both ways in which digits such as 150.000 can be read, each as it is written without doubt; else None."""
    whole, _, rest = said.replace(",", ".").partition(".")
    if _EITHER.fullmatch(said) or _CUT_SHORT.fullmatch(said):
        return whole + rest.ljust(3, "0"), f"{whole}.{rest}".rstrip("0").rstrip(".")
    return None


def _sure(said: str) -> float | None:
    if _PLAIN.fullmatch(said):
        return float(said)
    if _GAPPED.fullmatch(said):
        return float(re.sub(_GAPS, "", said).replace(",", "."))
    if _BOTH.fullmatch(said):
        group, mark = (",", ".") if said.rfind(".") > said.rfind(",") else (".", ",")
        return float(said.replace(group, "").replace(mark, "."))
    if _GROUPS.fullmatch(said):
        return float(re.sub(r"[.,]", "", said))
    return float(said.replace(",", ".")) if _ONE_MARK.fullmatch(said) else None
