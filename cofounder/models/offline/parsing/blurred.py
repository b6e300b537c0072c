"""Times that name no days: two years with a stroke between them, "mid-2026", a month and a year as "10/25", a feast."""

_FEAST = (
    r"(?:christmas|xmas|easter|thanksgiving|halloween|ramadan|eid|diwali|hanukkah|chanukah|lent|advent|pentecost|carnival|new year(?:'s)?(?: eve| day)?|black (?:friday|week)|"
    r"cyber (?:monday|week)|valentine'?s(?: day)?|mother'?s day|father'?s day|singles'? day|prime day|labou?r day|memorial day|independence day|boxing day)"
)
_STROKES = r"(?<![\d/.,$€£#-])(?:(?:19|20)\d\d\s?/\s?(?:20)?\d\d(?![\d/])|(?:19|20)\d\d[-–](?:1[3-9]|[2-9]\d)(?![\d-])|(?:0?[1-9]|1[0-2])/\d\d(?![\d/%]))"
_PART_OF_YEAR = r"\b(?:mid|early|late)[- ](?:of )?(?:19|20)\d\d\b(?!\d)"
_AT_A_FEAST = rf"\b(?:last|previous|this|next|since|over|around|before|after|until|during|at)\s+(?:the\s+)?{_FEAST}\b(?:\s+(?:of\s+)?(?:19|20)\d\d\b)?"
_OF_A_FEAST = rf"\b{_FEAST}(?:'s)? (?:revenues?|sales|turnover|results|numbers|figures|traffic|orders|earnings)\b"
_ODD_YEAR = r"\b(?:2o[\do]{2}|20(?:o\d|\do|oo))\b"  # 2O26
PATTERN = f"{_STROKES}|{_PART_OF_YEAR}|{_AT_A_FEAST}|{_OF_A_FEAST}|{_ODD_YEAR}"
