"""The rule language in drawn tables: facts to the left of the bar, expressions and answers to the right.

``T`` true, ``F`` false, ``?`` unknown, ``n/a`` not applicable; ``? 2..5`` an unknown number and between
which numbers it stands, ``?`` alone without bounds. Several rows below are written ``T,?,F``; ``none`` is
no row. A record is ``day:amount``. The as-of day is 2025-06-30.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spec:
    """One table: what it shows, in words, and drawn."""

    title: str
    words: str
    drawn: str


SPECS = [
    Spec(
        "And, or, not",
        "Unknown follows Kleene: what is settled stays settled, whatever the unknown may be. What is "
        "not applicable is left out; only if all parts are, the whole is.",
        """
        a    b    | a and b  a or b  not a
        T    T    | T        T       F
        T    F    | F        T       F
        T    ?    | ?        T       F
        T    n/a  | T        T       F
        F    F    | F        F       T
        F    ?    | F        ?       T
        F    n/a  | F        F       T
        ?    T    | ?        T       ?
        ?    F    | F        ?       ?
        ?    ?    | ?        ?       ?
        ?    n/a  | ?        ?       ?
        n/a  T    | T        T       n/a
        n/a  ?    | ?        ?       n/a
        n/a  n/a  | n/a      n/a     n/a
        """,
    ),
    Spec(
        "If",
        "An unknown condition gives an unknown answer, even where both branches are the same. A number "
        "then stands between the least and the greatest of both branches; but not where the condition, "
        "like a here and unlike c, may turn out not to apply, for then the whole does not.",
        """
        a    c  b    | if(a, b, not b)  if(c, 3, 8)  if(c, 3, 3)  if(a, 3, 8)
        T    T  T    | T                3            3            3
        F    F  T    | F                8            3            8
        ?    ?  T    | ?                ? 3..8       ? 3..3       ?
        T    T  ?    | ?                3            3            3
        F    T  n/a  | n/a              3            3            8
        n/a  F  T    | n/a              8            3            n/a
        """,
    ),
    Spec(
        "Asking about the unknown",
        "The first three always answer yes or no. `assume` takes the place of unknown, `if_na` of not "
        "applicable.",
        """
        a    | known(a)  surely(a)  possibly(a)  assume(a, true)  if_na(a, true)
        T    | T         T          T            T                T
        F    | T         F          F            F                F
        ?    | F         F          T            T                ?
        n/a  | T         F          F            n/a              T
        """,
    ),
    Spec(
        "Comparison",
        "x stands between 0 and 10, y has no range. A comparison is decided as soon as both ends agree.",
        """
        x    y   | x < 5  x <= 10  x > 10  x = y  x <> y  x in (0, 11)
        3    3   | T      T        F       T      F       F
        ?    3   | ?      T        F       ?      ?       ?
        ?    12  | ?      T        F       F      T       ?
        3    ?   | T      T        F       ?      ?       F
        n/a  3   | n/a    n/a      n/a     n/a    n/a     n/a
        """,
    ),
    Spec(
        "Bounds of numbers",
        "x stands between 0 and 10, t between -5 and 5, y has no range. A product has ends when no side "
        "can be negative or one side is one known number; a quotient when the divisor is known and can "
        "never be negative.",
        """
        x    t   y  | x + t     x - t     x * 2    x * -2     x * t   x + y  greatest(x, t)
        4    -1  7  | 3         5         8        -8         -4      11     4
        ?    -1  7  | ? -1..9   ? 1..11   ? 0..20  ? -20..0   ?       ? 7..17  ? 0..10
        4    ?   ?  | ? -1..9   ? -1..9   8        -8         ?       ?      ? 4..5
        ?    ?   ?  | ? -5..15  ? -5..15  ? 0..20  ? -20..0   ?       ?      ? 0..10
        n/a  1   1  | n/a       n/a       n/a      n/a        n/a     n/a    n/a
        """,
    ),
    Spec(
        "Division",
        "Only as `round(a / b, n)`, half away from zero. Division by zero is unknown, no error.",
        """
        y   x    | round(y / x, 0)  round(x / 4, 0)  round(x / -4, 0)
        5   2    | 3                1                -1
        -5  2    | -3               1                -1
        -5  6    | -1               2                -2
        5   0    | ?                0                0
        5   ?    | ?                ? 0..3           ?
        """,
    ),
    Spec(
        "Points",
        "The weight when true, nothing when false or not applicable; an unknown condition keeps both.",
        """
        a    b  | points(a, 3)  points(a, 3) + points(b, 2)  points(a, 3) + points(b, 2) >= 3  points(a, -1)
        T    F  | 3             3                            T                                 -1
        F    T  | 0             2                            F                                 0
        ?    T  | ? 0..3        ? 2..5                       ?                                 ? -1..0
        ?    F  | ? 0..3        ? 0..3                       ?                                 ? -1..0
        T    ?  | 3             ? 3..5                       T                                 -1
        n/a  T  | 0             2                            F                                 0
        """,
    ),
    Spec(
        "Rows below: any and all",
        "One row that is true decides `any`, one that is false decides `all`; otherwise an unknown row "
        "leaves them unknown. A row that is not applicable is skipped. The members of a household are "
        "never nobody: where none is listed, that is unknown (`empty: unknown`).",
        """
        members.ok  | any(members, ok)  all(members, ok)  count(members, ok)  count(members)
        T,F         | T                 F                 1                   2
        T,?         | T                 ?                 ? 1..2              2
        F,?         | ?                 F                 ? 0..1              2
        F,F         | F                 F                 0                   2
        n/a,T       | T                 T                 1                   2
        n/a,n/a     | F                 T                 0                   2
        n/a,?       | ?                 ?                 ? 0..1              2
        none        | ?                 ?                 ? 0..               ? 0..
        """,
    ),
    Spec(
        "Rows below: sum",
        "n stands between 0 and 5. A sum is known when every row is; until then it has an end if every "
        "row that may count has one.",
        """
        members.n  | sum(members, n)  sum(members, n) > 4  sum(members, n) >= 0
        2,3        | 5                T                    T
        2,?        | ? 2..7           ?                    T
        5,?        | ? 5..10          T                    T
        n/a,3      | 3                F                    T
        none       | ? 0..            ?                    T
        """,
    ),
    Spec(
        "Rows below: where",
        "A row whose `where` is unknown may count or not.",
        """
        members.n  members.counted  | sum(members, n, where(counted))  count(members, where(counted))
        2,3        T,T              | 5                                2
        2,3        T,F              | 2                                1
        2,3        T,?              | ? 2..5                           ? 1..2
        2,?        T,F              | 2                                1
        2,?        T,?              | ? 2..7                           ? 1..2
        """,
    ),
    Spec(
        "Dated records and windows",
        "`months(12)` takes what lies after 2024-06-30 and not after 2025-06-30. No record means that "
        "nothing happened; a record without a day may be inside or not.",
        """
  records                   | sum(records, amount)  sum(records, amount, months(12))  count(records, days(1))
  2025-06-30:3              | 3                     3                                 1
  2025-06-29:3              | 3                     3                                 0
  2025-07-01:3              | 0                     0                                 0
  2024-06-30:3              | 3                     0                                 0
  2024-07-01:3              | 3                     3                                 0
  2024-07-01:3,2025-01-31:? | ? 3..12               ? 3..12                           0
  2024-07-01:3,?:4          | ? 3..7                ? 3..7                            ? 0..1
  none                      | 0                     0                                 0
        """,
    ),
    Spec(
        "The latest record",
        "The value of the newest day. No record, two values on that day, or a record that could be newer: "
        "unknown.",
        """
        records                    | latest(records, amount)  latest(records, amount, months(1))
        2025-01-31:3,2025-06-01:4  | 4                        4
        2025-01-31:3,2025-07-01:4  | 3                        ?
        2025-06-01:3,2025-06-01:3  | 3                        3
        2025-06-01:3,2025-06-01:4  | ?                        ?
        2025-01-31:?,2025-06-01:4  | 4                        4
        2025-06-01:3,?:3           | ?                        ?
        none                       | ?                        ?
        """,
    ),
]
