"""Stems of words, by Snowball's algorithms."""

import re
from functools import cache
from typing import Any

import snowballstemmer

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_LANGUAGES = {
    **{"ca": "catalan", "da": "danish", "en": "english", "es": "spanish", "eu": "basque"},
    **{"fi": "finnish", "fr": "french", "hu": "hungarian", "hy": "armenian", "ir": "irish"},
    **{"it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian"},
    **{"pt": "portuguese", "ru": "russian"},
}
# Trino's algorithms for these have newer rules than those of the library.
_REFUSED = {"de": "German", "ro": "Romanian", "sv": "Swedish", "tr": "Turkish"}
# A newer rule of Trino's for English, too: `adding` is `add`, not `ad`.
_SHORT_ENGLISH = re.compile(r"([aeo])([bdfgmnprt])\2")


@cache
def _stemmer(language: str) -> Any:
    if language in _REFUSED:
        reason = f"The embedded endpoint does not support stems of {_REFUSED[language]} words"
        raise failure("NOT_SUPPORTED", reason)
    if language not in _LANGUAGES:
        raise invalid_argument(f"Unknown stemmer language: {language}")
    return snowballstemmer.stemmer(_LANGUAGES[language])


def _find_stem(word: str, language: str) -> str:
    stem = str(_stemmer(language).stemWord(word))
    if language == "en" and len(stem) == 2:
        doubled = _SHORT_ENGLISH.match(word)
        return doubled[0] if doubled and doubled[0][:2] == stem else stem
    return stem


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_stem", _find_stem, ["VARCHAR", "VARCHAR"], "VARCHAR"),
)
