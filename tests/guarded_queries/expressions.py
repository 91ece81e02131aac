"""Random expressions of each type over the columns in scope, as a caller might write them."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple


class Column(NamedTuple):
    """A column in scope: how to write it, and its type."""

    text: str
    type: str


TYPES = ("varchar", "bigint", "boolean", "double")
_LITERALS = {
    "varchar": ("'svc-a'", "''", "'it''s'", "'-- no'", "'/* x */'", "'05'", "U&'\\00e9'"),
    "bigint": ("0", "1", "2", "7", "1795132861234"),
    "boolean": ("true", "false"),
    "double": ("1.5e0", "2e-1", "1E2"),
}
# In each template a letter stands for an expression: v(archar), n(umber), b(oolean), d(ouble).
_TEMPLATES = {
    "varchar": (
        "upper ( {v} )", "{v} || {v}", "substr ( {v} , 1 , 3 )", "replace ( {v} , 'a' , {v} )",
        "CAST ( {n} AS varchar )", "CASE WHEN {b} THEN {v} ELSE {v} END",
        "CASE {v} WHEN {v} THEN 'x' END", "coalesce ( {v} , {v} , '?' )", "IF ( {b} , {v} , {v} )",
        "nullif ( {v} , {v} )", "trim ( BOTH 'e' FROM {v} )", "( {v} )",
        "element_at ( split ( {v} , ',' ) , 1 )", "json_extract_scalar ( {v} , '$.who' )",
        "array_join ( transform ( split ( {v} , ',' ) , x -> upper ( x ) ) , '-' )",
        "reduce ( split ( {v} , ':' ) , '' , ( s , x ) -> s || x , s -> s )",
        "TRY ( CAST ( {b} AS varchar ) )", "ARRAY [ {v} , {v} ] [ 1 ]",
        "CAST ( ROW ( {v} , 1 ) AS row ( a varchar , b bigint ) ) . a",
    ),
    "bigint": (
        "{n} + {n}", "{n} - 1", "- {n}", "( {n} ) % 7", "length ( {v} )", "abs ( {n} % 1000 )",
        "CAST ( {b} AS bigint )", "TRY_CAST ( {v} AS bigint )", "coalesce ( {n} , 0 )",
        "CASE WHEN {b} THEN {n} WHEN {b} THEN 3 ELSE 4 END", "strpos ( {v} , 's' )",
        "cardinality ( filter ( split ( {v} , ',' ) , x -> x <> {v} ) )",
        "greatest ( {n} , {n} )", "IF ( {b} , {n} )", "nullif ( {n} , 0 )",
    ),
    "boolean": (
        "{n} = {n}", "{v} <> {v}", "{n} >= {n}", "{d} < {d}", "{b} AND {b}", "{b} OR {b}",
        "NOT {b}", "( {b} )", "{v} IN ( {v} , 'svc-b' )", "{n} NOT BETWEEN {n} AND 9",
        "{v} LIKE 's%'", "{v} LIKE 'x!_%' ESCAPE '!'", "{v} IS NULL", "{v} IS NOT NULL",
        "{n} IS DISTINCT FROM {n}", "regexp_like ( {v} , '^svc-[a-c]' )",
        "any_match ( split ( {v} , ',' ) , x -> x = {v} )", "starts_with ( {v} , 's' )",
        "( {v} , {n} ) IN ( ( 'svc-a' , 1 ) , ( {v} , {n} ) )",
        "contains ( ARRAY [ 1 , 2 ] , {n} )",
    ),
    "double": (
        "CAST ( {n} AS double )", "{d} + {d}", "{d} / 4e0", "sqrt ( abs ( {d} ) )",
        "round ( {d} , 2 )", "if ( {b} , {d} , 0e0 )",
    ),
}  # fmt: skip
_LETTERS = {"v": "varchar", "n": "bigint", "b": "boolean", "d": "double"}

SubQuery = Callable[[str, list[Column], int], str]


class Expressions:
    """Writes expressions; `sub_query` writes a query of one column that may name outer columns."""

    def __init__(self, chance: Random, sub_query: SubQuery) -> None:
        self._chance = chance
        self._sub_query = sub_query

    def of(self, kind: str, columns: list[Column], depth: int) -> str:
        """An expression of a type."""
        roll = self._chance.random()
        if depth <= 0 or roll < 0.35:
            return self._leaf(kind, columns)
        if roll < 0.41:
            return self._with_query(kind, columns, depth)
        template = self._chance.choice(_TEMPLATES[kind])
        return self._filled(template, columns, depth - 1)

    def aggregate(self, kind: str, columns: list[Column], depth: int) -> str:
        """An aggregate whose value does not depend on the order of rows."""
        templates = {
            "varchar": ("max ( {v} )", "min ( {v} )",
                        "array_join ( array_agg ( {v} ORDER BY {v} ) , '' )"),
            "bigint": ("count ( * )", "count ( DISTINCT {v} )", "max ( {n} )", "sum ( {n} % 1000 )",
                       "count ( {v} ) FILTER ( WHERE {b} )", "count_if ( {b} )"),
            "boolean": ("bool_or ( {b} )", "every ( {b} )"),
            "double": ("max ( {d} )", "avg ( {n} % 100 )"),
        }  # fmt: skip
        return self._filled(self._chance.choice(templates[kind]), columns, depth)

    def _leaf(self, kind: str, columns: list[Column]) -> str:
        fitting = [column.text for column in columns if column.type == kind]
        if fitting and self._chance.random() < 0.7:
            return self._chance.choice(fitting)
        return self._chance.choice(_LITERALS[kind])

    def _with_query(self, kind: str, columns: list[Column], depth: int) -> str:
        if kind != "boolean":
            return f"( {self._sub_query(kind, columns, depth - 1)} )"
        form = self._chance.choice(("EXISTS ( {q} )", "{v} IN ( {q} )", "{v} = ANY ( {q} )"))
        query = self._sub_query("varchar", columns, depth - 1)
        return self._filled(form.replace("{q}", "\0"), columns, 0).replace("\0", query)

    def _filled(self, template: str, columns: list[Column], depth: int) -> str:
        for letter, kind in _LETTERS.items():
            while f"{{{letter}}}" in template:
                inner = self.of(kind, columns, depth)
                # Brackets keep the operators of an inner expression together.
                whole = f"( {inner} )" if " " in inner else inner
                template = template.replace(f"{{{letter}}}", whole, 1)
        return template
