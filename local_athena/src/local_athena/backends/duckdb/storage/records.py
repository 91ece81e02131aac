"""Write SQL expressions that turn the JSON text of a record into the columns of a table.

They follow Hive's JSON SerDes; what does not fit fails the statement. Knows no files.
"""

import re
from collections.abc import Sequence

from local_athena.backends.duckdb.dialect.typed_sql import quote_string
from local_athena.tables import Column

_TYPES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_TEXTS = ("varchar", "char", "string")
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")

_IS_OBJECT = "starts_with(ltrim(json), '{')"
_STRING = r'"(?:[^"\\]|\\.)*"'
_SCALAR = r'[^\s",\[\]{}]+'
# RE2 cannot recurse; a payload nested deeper than this comes out as DuckDB prints it.
_DEPTH = 12


def duckdb_type(athena_type: str) -> str:
    """Find DuckDB's name of a column type."""
    base = athena_type.partition("(")[0].strip().lower()
    if base in _TEXTS:
        return "VARCHAR"
    if base == "decimal":
        return athena_type.upper()
    if base not in _TYPES:
        raise ValueError(f"the archive holds no columns of type {athena_type}")
    return _TYPES[base]


def is_record(place: str) -> str:
    """Write a condition that fails the statement for a line that is no JSON object.

    `place` is an expression for where the line is, for the error message.
    """
    return f"CASE WHEN {_IS_OBJECT} THEN true ELSE {_no_record(place, 'BOOLEAN')} END"


def _no_record(place: str, target: str) -> str:
    # Not what stands there: it may be another customer's.
    message = quote_string("HIVE_CURSOR_ERROR:Row is not a valid JSON Object - in ")
    return _failing(f"{message} || {place}", target)


def _failing(message: str, target: str) -> str:
    # Not error(), which is volatile: DuckDB would run a correlated sub-query once for each row.
    return f"CAST(CAST(CAST({message} AS INTEGER) AS VARCHAR) AS {target})"


def field_texts(names: Sequence[str], place: str) -> str:
    """Write the named members as a list of texts, from one pass over the record."""
    exact = ", ".join(quote_string(f'$."{name}"') for name in names)
    wanted = ", ".join(map(quote_string, names))
    spelled = (
        "coalesce(list_filter(json_keys(json), lambda key: key = name)[1], "
        "list_filter(json_keys(json), lambda key: lower(key) = name)[1], name)"
    )
    found = f"lambda name: json_extract_string(json, '$.\"' || {spelled} || '\"')"
    return (
        # DuckDB may filter on a field before it asks whether there is a record at all.
        f"CASE WHEN NOT {_IS_OBJECT} THEN {_no_record(place, 'VARCHAR[]')} "
        f"WHEN regexp_matches(json, {quote_string(_other_spellings(names))}) "
        f"THEN list_transform([{wanted}], {found}) ELSE json_extract_string(json, [{exact}]) END"
    )


def column_value(column: Column, key: str, text: str, number: int, place: str) -> str:
    """Write the value of a column from the expression of its member's text.

    `key` is the name of the member and `number` the position of the column in the table. `place` is
    an expression for where the record is. Error messages contain number and place.
    """
    target = duckdb_type(column.type)
    if target == "VARCHAR":
        return _as_it_stands(re.escape(key), text)
    cast = f"TRY_CAST({text} AS {target})"
    # DuckDB rounds '0.5' to an integer where Hive refuses it.
    fits = f"regexp_full_match({text}, '[+-]?[0-9]+')" if target in _INTEGERS else "true"
    message = (
        f"'HIVE_BAD_DATA:Error parsing field value ''' || {text} || ''' "
        f"for field {number}: For input string: \"' || {text} || '\" in ' || {place}"
    )
    return (
        f"CASE WHEN {text} IS NULL OR ({fits} AND {cast} IS NOT NULL) THEN {cast} "
        f"ELSE {_failing(message, target)} END"
    )


def _as_it_stands(name: str, text: str) -> str:
    """Write the text of a member with numbers and nested values as they are in the record.

    DuckDB prints JSON anew, which turns 1.50 into 1.5 and drops white space. Only where that text
    is not in the record, the original is searched for, which is slow.
    """
    reprinted = (
        f"(regexp_matches({text}, '^[\\[{{]') AND NOT contains(json, {text}) "
        f"OR regexp_matches({text}, '^-?[0-9]+[.eE]'))"
    )
    unquoted = rf'"(?i:{name})"\s*:\s*[-\[{{0-9]'
    possible = f"regexp_matches(json, {quote_string(unquoted)})"
    original = f"nullif(regexp_extract(json, {quote_string(_unquoted_member(name))}, 1), '')"
    return f"CASE WHEN {reprinted} AND {possible} THEN coalesce({original}, {text}) ELSE {text} END"


def _unquoted_member(name: str) -> str:
    """Write a pattern whose group is the member of this name, unless it is a string."""
    nested = _nested(_DEPTH)
    skipped = rf"\s*{_STRING}\s*:\s*(?:{_STRING}|{_SCALAR}|{nested})\s*,"
    return rf'^\s*\{{(?:{skipped})*?\s*"(?i:{name})"\s*:\s*({_SCALAR}|{nested})'


def _nested(depth: int) -> str:
    # The text is known to be JSON, so an opening bracket need not be told from a brace.
    inner = "" if depth == 0 else f"|{_nested(depth - 1)}"
    return rf'[\[{{](?:[^\[\]{{}}"]|{_STRING}{inner})*[\]}}]'


def _other_spellings(names: Sequence[str]) -> str:
    """Write a pattern for members whose names differ from the wanted ones only in case."""
    spellings = (
        f"{name[:place]}{name[place].upper()}(?i:{name[place + 1 :]})"
        for name in names
        for place in range(len(name))
        if name[place].islower()
    )
    return rf'"(?:{"|".join(spellings)})"\s*:'
