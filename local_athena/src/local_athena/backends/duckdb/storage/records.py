"""Write SQL expressions that turn the lines of a JSON file into the columns of a table.

DuckDB reads a record if its reading is proved to be what the OpenX SerDe reads; otherwise
`record_functions` does. Knows no files.
"""

import re
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.dialect.types.typed_sql import quote_string
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
# Numbers with more than an integer that Java prints as they are written. DuckDB keeps their digits
# in a string that begins with a backspace. In a string, the mark would end it, so that the line is
# no JSON; so it is if a number goes on behind the mark.
_FRACTION = r"-?[1-9][0-9]*\.[0-9]+|-?0\.0{0,5}[1-9][0-9]*|0\.0{1,6}|-?[1-9][0-9]{18,}"
_MARK_NUMBERS = (
    r"""CASE WHEN is_written IS NULL AND NOT contains(line, '"\b') """
    r"""AND NOT contains(line, '"\u0008') """
    rf"""THEN regexp_replace(line, '(":{_SPACE})({_FRACTION})', '\1"\\b\2"', 'g') END"""
)
_MARKED = r'"\\b([^"]*)"'
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
        value = _column_value(parse_type(column.type), f"v{number}", exact, serde)
        values.append(f"{value} AS c{number}")
    nothing = ", ".join(f"NULL::JSON AS v{number}" for number in range(len(columns)))
    unread = f"filename, line, {nothing}, false AS is_written, false AS is_plain"
    relation = f"SELECT {unread} FROM ({lines}) AS file"  # noqa: S608
    keys = [_key(column, serde) for column in columns]
    if all(map(_PLAIN_KEY.fullmatch, keys)) and not _has_dotted_key(columns, serde):
        relation = _prove(lines, columns, keys, serde)
    return f"SELECT filename, {', '.join(values)} FROM ({relation}) AS record"  # noqa: S608


def _prove(lines: str, columns: Sequence[Column], keys: Sequence[str], serde: JsonSerde) -> str:
    """Select `filename`, `line`, the text of each member (`v0`), and whether they are proved.

    Most lines are written as DuckDB prints them. Of the others, numbers with a fraction are marked
    and read as texts, which keep their digits.
    """
    numbers = range(len(keys))
    # DuckDB would copy what a CASE around the whole returns, and TRY is slower still.
    fields = _extract("CASE WHEN json_valid(line) THEN line END", keys)
    steps = (
        f"filename, line, {fields} AS field",
        "filename, line, field IS NOT NULL AS is_valid, "
        + ", ".join(f"field[{n + 1}] AS f{n}" for n in numbers),
        f"*, {_is_written(columns, keys, serde)} AS is_written",
        f"*, {_MARK_NUMBERS} AS marked",
        "*, CASE WHEN marked <> line THEN "
        f"{_extract('CASE WHEN json_valid(marked) THEN marked END', keys)} END AS field",
        "filename, line, is_written, CASE WHEN marked = line OR field IS NOT NULL THEN marked END "
        "AS marked, " + ", ".join(_chosen_text(n) for n in numbers),
        "* REPLACE (coalesce(is_written, false) AS is_written), "
        f"coalesce({_is_plain(keys, serde)}, false) AS is_plain",
    )
    relation = lines
    for step in steps:
        # The pieces are column names of the catalog and quoted texts.
        relation = f"SELECT {step} FROM ({relation}) AS line"  # noqa: S608
    return relation


def _extract(text: str, keys: Sequence[str]) -> str:
    paths = ", ".join(quote_string(f'$."{key}"') for key in keys)
    return f"json_extract({text}, [{paths}])"


def _chosen_text(number: int) -> str:
    field = f"field[{number + 1}]"
    return f"CASE WHEN field IS NULL THEN f{number} ELSE {field} END AS v{number}"


def _key(column: Column, serde: JsonSerde) -> str:
    key = serde.keys.get(column.name, column.name)
    return key.lower() if serde.case_insensitive else key


def _has_dotted_key(columns: Sequence[Column], serde: JsonSerde) -> bool:
    return serde.dots_in_keys and any("_" in column.name for column in columns)


def _is_written(columns: Sequence[Column], keys: Sequence[str], serde: JsonSerde) -> str:
    """Write whether the fields are all that is in the line, each once, as it is written.

    Most lines are the members in the order of the columns. In another order, they are the whole
    line if their length makes up its length: whatever else there was, white space, an escape, a
    second member of the same name, would make it longer, and only a number can be printed longer
    than it is written. With white space, a regular expression decides, which is slower. NULL if
    marks may help.
    """
    texts = [f"f{number}" for number in range(len(keys))]
    lengths = " + ".join(
        f"coalesce(strlen({text}) + {len(key.encode()) + 4}, 0)"
        for key, text in zip(keys, texts, strict=True)
    )
    written = " AND ".join(
        _is_in_line(parse_type(column.type), text)
        for column, text in zip(columns, texts, strict=True)
    )
    return (
        f"CASE WHEN line = {_printed(keys, texts)} THEN true WHEN NOT is_valid THEN false "
        f"WHEN strlen(line) = 1 + {lengths} THEN {written} "
        f"""WHEN contains(line, '": ') AND {_is_regular("line", serde)} THEN true END"""
    )


def _printed(keys: Sequence[str], texts: Sequence[str]) -> str:
    before = [quote_string(f'{"," if number else "{"}"{key}":') for number, key in enumerate(keys)]
    members = (f"{name}, {text}" for name, text in zip(before, texts, strict=True))
    return f"concat({', '.join(members)}, '}}')"


def _is_plain(keys: Sequence[str], serde: JsonSerde) -> str:
    """Write whether the fields are all that is in the line, now that numbers may be marked."""
    texts = [f"v{number}" for number in range(len(keys))]
    return (
        "CASE WHEN is_written IS NOT NULL THEN is_written WHEN marked IS NULL THEN false "
        f"WHEN marked = {_printed(keys, texts)} THEN true ELSE {_is_regular('marked', serde)} END"
    )


def _is_regular(text: str, serde: JsonSerde) -> str:
    """Write whether a valid text is strict JSON with plain numbers and no member twice."""
    names = f"json_keys({text})"
    lower = f"AND lower(CAST({names} AS VARCHAR)) = CAST({names} AS VARCHAR)"
    return (
        f"(starts_with({text}, '{{') AND regexp_full_match({text}, {quote_string(_PLAIN_LINE)}) "
        f"AND athena_all_differ({names}) {lower if serde.case_insensitive else ''})"
    )


def _is_in_line(kind: TrinoType, text: str) -> str:
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
        cases.append(f"{nested} THEN {bound_text(kind, _unmark(text))}")
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
    escaped = (
        f"""CASE WHEN NOT is_written AND starts_with({text}, '"\\b') THEN {text}[4:-2] """
        f"ELSE json_extract_string({text}, '$') END"
    )
    return f"CASE WHEN contains({text}, '\\') THEN {escaped} ELSE trim({text}, '\"') END"


def _unmark(text: str) -> str:
    """Write a text of a record as the line has it, without marks."""
    unmarked = f"regexp_replace({text}, {quote_string(_MARKED)}, '\\1', 'g')"
    return f"CASE WHEN is_written THEN CAST({text} AS VARCHAR) ELSE {unmarked} END"


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
