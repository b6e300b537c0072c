"""The SQL of flags. Names of columns and codes come from the code here, never from a caller."""

from collections.abc import Mapping, Sequence

from cofounder.business.records.odd import ODD, UNDATED, UNWORDED, Odd

# Flags of a column that stand in another one's stead for what the file did not say.
_STAND_IN = {"measured_at": "measured_at_missing", "published_at": UNDATED, "content": UNWORDED}


def flags_of(kind: str, columns: Sequence[str], said: Mapping[str, str]) -> str:
    """SQL of the flags of a row `t` that a row `m` of a file corrects. `said`: column -> SQL of what it says then.

    What compares columns is judged anew of the whole row; what tells of one column is the newest file's word on it.
    """
    rules = ODD.get(kind, {})
    judged = ", ".join(f"('{code}', {_holds(rule, said)})" for code, rule in rules.items()) or "('', false)"
    anew = [*rules, *(f"{name}_{what}" for name in columns for what in ("missing", "in_the_future"))]
    anew += [code for name, code in _STAND_IN.items() if name in columns]
    return f"""ARRAY(
      SELECT DISTINCT code FROM (
        SELECT unnest(m.flags) AS code
        EXCEPT SELECT unnest({_list(list(rules))})
        UNION (SELECT unnest(t.flags) EXCEPT SELECT unnest({_list(anew)}))
        UNION SELECT code FROM (VALUES {judged}) AS rule(code, holds) WHERE holds
      ) AS found ORDER BY code)"""


def _holds(rule: Odd, said: Mapping[str, str]) -> str:
    def of(name: str) -> str:
        return said.get(name, f"t.{name}")

    if rule.sign == "missing":
        return f"({of(rule.of)}) IS NULL"
    other = str(rule.than) if isinstance(rule.than, int) else f"coalesce({', '.join(map(of, rule.than))})"
    return f"({of(rule.of)}) {rule.sign} {other}"


def _list(codes: Sequence[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{code}'" for code in codes) + "]::text[]"
