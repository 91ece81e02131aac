"""Write SQL expressions that turn the lines of a JSON file into the columns of a table.

DuckDB reads a record if its reading is proved to be what the OpenX SerDe reads; otherwise
`record_functions` does. Knows no files.
"""

import re
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.type_names import parse_type
from local_athena.backends.duckdb.dialect.typed_sql import quote_string
from local_athena.backends.duckdb.storage.record_functions import describe_records
from local_athena.tables import Column, JsonSerde

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_TEXTS = ("varchar", "char")

_SPACE = r"[ \t]*"
_STRING = r'"(?:[^"\\]|\\.)*"'
# Numbers that DuckDB prints as they are written.
_INTEGER = "(?:0|-?[1-9][0-9]{0,17})"
_DECIMAL = r"-?(?:[1-9][0-9]{0,6}\.[0-9]{0,6}[1-9]|0\.0{0,2}[1-9](?:[0-9]{0,6}[1-9])?)"
_SCALAR = rf"(?:{_STRING}|{_INTEGER}|{_DECIMAL}|true|false|null){_SPACE}"
# DuckDB also reads commas before a bracket, comments and NaN, so its word is not enough.
_PLAIN_LINE = (
    rf"(?:(?:,{_SPACE})?[\[{{]{_SPACE}(?:{_SCALAR})?|:{_SPACE}(?:{_SCALAR})?"
    rf"|,{_SPACE}{_SCALAR}|[}}\]]{_SPACE})*"
)
# Printed numbers that Java prints otherwise. The search is fast if it begins with a character.
_ODD_NUMBER = r"(?:-?[0-9.]+[eE][-+0-9]|-0|-?(?i:nan|inf|infinity)[,}\]])"
_ODD_MEMBER, _ODD_ELEMENT = f":{_ODD_NUMBER}", rf"[,\[]{_ODD_NUMBER}"
_NAME = r'"((?:[^"\\]|\\.)*)":'
_PLAIN_KEY = re.compile(r'[^"\\]+')

# What the text of a value is like if DuckDB's cast gives what Java gives.
_PLAIN_TEXTS = {
    "boolean": "true|false",
    "real": rf"{_INTEGER}|{_DECIMAL}",
    "double": rf"{_INTEGER}|{_DECIMAL}",
    "date": '"[0-9]{4}-[0-9]{2}-[0-9]{2}"',
    "timestamp": r'"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?"',
}


def duckdb_type(athena_type: str) -> str:
    """Find DuckDB's name of a column type."""
    return parse_type(athena_type).duckdb


def select_columns(lines: str, columns: Sequence[Column], serde: JsonSerde, place: str) -> str:
    """Select `filename` and columns (`c0`, `c1`) from a relation of `filename` and `line`.

    `place` is an expression for the path of the file in error messages.
    """
    description = quote_string(describe_records(columns, serde))
    values = []
    for number, column in enumerate(columns):
        exact = f"athena_record_field(line, {description}, {number}, {place})"
        value = _column_value(parse_type(column.type), f"f{number}", exact, serde)
        values.append(f"{value} AS c{number}")
    keys = [_key(column, serde) for column in columns]
    fields, is_plain = "NULL::JSON[]", "false"
    if all(map(_PLAIN_KEY.fullmatch, keys)) and not _has_dotted_key(columns, serde):
        paths = ", ".join(quote_string(f'$."{key}"') for key in keys)
        # DuckDB would copy what a CASE around the whole returns, and TRY is slower still.
        fields = f"json_extract(CASE WHEN json_valid(line) THEN line END, [{paths}])"
        is_plain = _is_plain(columns, keys, serde)
    texts = ", ".join(f"field[{number + 1}] AS f{number}" for number in range(len(keys)))
    # The pieces are column names of the catalog and quoted texts.
    read = f"SELECT filename, line, {fields} AS field FROM ({lines}) AS file"  # noqa: S608
    split = f"SELECT filename, line, field IS NOT NULL AS is_valid, {texts} FROM ({read}) AS line"  # noqa: S608
    proved = f"SELECT *, coalesce({is_plain}, false) AS is_plain FROM ({split}) AS line"  # noqa: S608
    return f"SELECT filename, {', '.join(values)} FROM ({proved}) AS record"  # noqa: S608


def _key(column: Column, serde: JsonSerde) -> str:
    key = serde.keys.get(column.name, column.name)
    return key.lower() if serde.case_insensitive else key


def _has_dotted_key(columns: Sequence[Column], serde: JsonSerde) -> bool:
    return serde.dots_in_keys and any("_" in column.name for column in columns)


def _is_plain(columns: Sequence[Column], keys: Sequence[str], serde: JsonSerde) -> str:
    """Write whether the fields are all that is in the line, each once, as it is written.

    Most lines are the members in the order of the columns. In another order, they are the whole
    line if their length makes up its length: whatever else there was, white space, an escape, a
    second member of the same name, would make it longer, and only a number can be printed longer
    than it is written. The rest is looked at with regular expressions, which is slower.
    """
    texts = [f"f{number}" for number in range(len(keys))]
    lengths = " + ".join(
        f"coalesce(strlen({text}) + {len(key.encode()) + 4}, 0)"
        for key, text in zip(keys, texts, strict=True)
    )
    written = " AND ".join(
        _is_written(parse_type(column.type), text)
        for column, text in zip(columns, texts, strict=True)
    )
    before = [quote_string(f'{"," if number else "{"}"{key}":') for number, key in enumerate(keys)]
    members = (f"{name}, {text}" for name, text in zip(before, texts, strict=True))
    printed = f"concat({', '.join(members)}, '}}')"
    names = "json_keys(line)"
    lower = f"AND lower(CAST({names} AS VARCHAR)) = CAST({names} AS VARCHAR)"
    return (
        f"CASE WHEN line = {printed} THEN true WHEN NOT is_valid THEN false "
        f"WHEN strlen(line) = 1 + {lengths} THEN {written} "
        f"ELSE starts_with(line, '{{') AND regexp_full_match(line, {quote_string(_PLAIN_LINE)}) "
        f"AND athena_all_differ({names}) {lower if serde.case_insensitive else ''} END"
    )


def _is_written(kind: TrinoType, text: str) -> str:
    """Write whether a value of a line of the right length is printed as it is written."""
    if kind.name in _TEXTS or kind.parameters:
        return f"coalesce(contains(line, {text}), true)"
    return f"coalesce(NOT contains({text}, '.') OR contains(line, {text}), true)"


def _column_value(kind: TrinoType, text: str, exact: str, serde: JsonSerde) -> str:
    """Write the value of a column from the JSON text of its member, or from what is exact."""
    slow = _cast(kind, exact)
    cases = [f"NOT is_plain THEN {slow}", f"{text} IS NULL OR {text} = 'null' THEN NULL"]
    if kind.name in _TEXTS:
        cases.append(f"starts_with({text}, '\"') THEN {bound_text(kind, _string_value(text))}")
        nested = f"starts_with({text}, '{{') AND {_is_printed_alike(text, serde)}"
        cases.append(f"{nested} THEN {bound_text(kind, f'CAST({text} AS VARCHAR)')}")
    elif kind.name in _INTEGERS:
        cast = f"TRY_CAST(CAST({text} AS VARCHAR) AS {kind.duckdb})"
        cases.append(f"CAST({cast} AS VARCHAR) = {text} THEN {cast}")
    elif pattern := _plain_text(kind):
        cast = f"TRY_CAST(trim({text}, '\"') AS {kind.duckdb})"
        plain = f"regexp_full_match({text}, {quote_string(pattern)}) AND {cast} IS NOT NULL"
        cases.append(f"{plain} THEN {cast}")
    return f"CASE {' '.join(f'WHEN {case}' for case in cases)} ELSE {slow} END"


def _plain_text(kind: TrinoType) -> str | None:
    if kind.name == "decimal":
        whole = (kind.precision or 0) - kind.scale
        fraction = rf"(?:\.[0-9]{{1,{kind.scale}}})?" if kind.scale else ""
        return f"-?[1-9][0-9]{{0,{whole - 1}}}{fraction}" if whole else None
    return _PLAIN_TEXTS.get(kind.name)


def _string_value(text: str) -> str:
    plain = f"trim({text}, '\"')"
    return (
        f"CASE WHEN contains({text}, '\\') THEN json_extract_string({text}, '$') ELSE {plain} END"
    )


def bound_text(kind: TrinoType, text: str) -> str:
    """Cut a text to the length of a varchar or char; a char has no blanks at its end."""
    cut = f"left({text}, {kind.length})" if kind.length else text
    return f"rtrim({cut}, ' ')" if kind.name == "char" else cut


def _is_printed_alike(text: str, serde: JsonSerde) -> str:
    """Write whether Java prints an object or array as DuckDB has printed it."""
    compared = f"lower({text})" if serde.case_insensitive else text
    all_names = f"regexp_extract_all({compared}, {quote_string(_NAME)})"
    has_objects = " OR ".join(f"contains({text}, '{before}{{')" for before in ":,[")
    odd_element = f"contains({text}, '[') AND {_matches(text, _ODD_ELEMENT)}"
    return (
        f"NOT contains({text}, '</') AND NOT contains({text}, '\\u') "
        f"AND NOT {_matches(text, _ODD_MEMBER)} "
        f"AND CASE WHEN {odd_element} THEN false "
        f"WHEN {has_objects} THEN athena_all_differ({all_names}) "
        f"ELSE athena_all_differ(json_keys({compared})) END"
    )


def _matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {quote_string(pattern)})"


def _cast(kind: TrinoType, text: str) -> str:
    if kind.name in _TEXTS:
        return text
    if not kind.parameters:
        # A few dates and timestamps of Java are beyond those of DuckDB.
        return f"TRY_CAST({text} AS {kind.duckdb})"
    # DuckDB does not decode the bytes of a BLOB in JSON.
    texts = kind.duckdb.replace("BLOB", "VARCHAR")
    return f"CAST(CAST(CAST({text} AS JSON) AS {texts}) AS {kind.duckdb})"
