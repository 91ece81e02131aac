"""Translate date patterns of MySQL and Joda to strftime's, or refuse what strftime lacks."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator

_MYSQL = {
    "a": "%a",
    "b": "%b",
    "c": "%-m",
    "d": "%d",
    "e": "%-d",
    "f": "%f",
    "H": "%H",
    "h": "%I",
    "I": "%I",
    "i": "%M",
    "j": "%j",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "m": "%m",
    "p": "%p",
    "r": "%I:%M:%S %p",
    "S": "%S",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "W": "%A",
    "x": "%G",
    "Y": "%Y",
    "y": "%y",
    "%": "%%",
}
_MYSQL_UNSUPPORTED = "DUuVwX"
_JODA = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "y": "%Y",
    "Y": "%Y",
    "yy": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSS": "%g",
    "SSSSSS": "%f",
    "a": "%p",
    "EEEE": "%A",
    "EEE": "%a",
    "EE": "%a",
    "E": "%a",
    "DDD": "%j",
    "xxxx": "%G",
    "ww": "%V",
    "e": "%u",
}
_JODA_PART = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>.)", re.S)


def mysql_to_strftime(translator: Translator, node: exp.Expr, pattern: str) -> str:
    """Translate a pattern of date_format and date_parse."""

    def specifier(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in _MYSQL_UNSUPPORTED:
            text = f"%{letter} not supported in date format string"
            raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
        return _MYSQL.get(letter, letter)

    return re.sub(r"%(.)", specifier, pattern, flags=re.S)


def joda_to_strftime(translator: Translator, node: exp.Expr, pattern: str) -> str:
    """Translate a pattern of format_datetime and parse_datetime."""
    parts = []
    for match in _JODA_PART.finditer(pattern):
        if match["quoted"] is not None:
            text = match["quoted"].replace("''", "'") or "'"
            parts.append(text.replace("%", "%%"))
        elif match["other"]:
            parts.append(match["other"].replace("%", "%%"))
        elif match["letters"] in _JODA:
            parts.append(_JODA[match["letters"]])
        else:
            raise translator.unsupported(node, f"the pattern letters {match['letters']}")
    return "".join(parts)
