"""Functions of strings over code points: pieces, distances, sounds and check digits."""

import re
from functools import lru_cache

from local_athena.backends.duckdb.dialect.failures import invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# As Trino limits the work of one call.
_MOST_EDITS = 1_000_000
_ESCAPED_IN_LIKE = re.compile(r"([%_\\])")
_DIGITS = frozenset("0123456789")
# What each letter from A to Z sounds like; 0 is a vowel.
_SOUNDS = "01230120022455012623010202"


def _reverse(text: str) -> str:
    return text[::-1]


def _levenshtein_distance(left: str, right: str) -> int:
    longer, shorter = sorted((left, right), key=len, reverse=True)
    if not shorter:
        return len(longer)
    if len(longer) * (len(shorter) - 1) > _MOST_EDITS:
        raise invalid_argument("The combined inputs for Levenshtein distance are too large")
    above = list(range(len(shorter) + 1))
    for row, one in enumerate(longer, 1):
        current = [row]
        for column, other in enumerate(shorter, 1):
            replaced = above[column - 1] + (one != other)
            current.append(min(replaced, above[column] + 1, current[column - 1] + 1))
        above = current
    return above[-1]


def _hamming_distance(left: str, right: str) -> int:
    if len(left) != len(right):
        text = "The input strings to hamming_distance function must have the same length"
        raise invalid_argument(text)
    return sum(one != other for one, other in zip(left, right, strict=True))


def _split(text: str, delimiter: str, limit: int) -> list[str]:
    if limit <= 0:
        raise invalid_argument("Limit must be positive")
    if limit > 2**31 - 1:
        raise invalid_argument("Limit is too large")
    if not delimiter:
        raise invalid_argument("The delimiter may not be the empty string")
    return text.split(delimiter, limit - 1)


def _strpos(text: str, part: str, instance: int) -> int:
    """Find an instance of a part, which may overlap others; a negative one counts from the end."""
    # Trino negates the number in 64 bits.
    if instance in (0, -(2**63)):
        raise invalid_argument("'instance' must be a positive or negative number.")
    if not part:
        return 1
    place = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        if instance > 0:
            place = text.find(part, place + 1)
        else:
            place = text.rfind(part, 0, place + len(part) - 1) if place else -1
        if place < 0:
            return 0
    return place + 1


def _pairs(text: str, entries: str, pair: str) -> list[tuple[str, str]]:
    """Split a text into keys and values; a delimiter may stand behind the last entry."""
    if not entries or not pair:
        raise invalid_argument(f"{'keyValueDelimiter' if entries else 'entryDelimiter'} is empty")
    if entries == pair:
        raise invalid_argument("entryDelimiter and keyValueDelimiter must not be the same")
    found = []
    for entry in text.removesuffix(entries).split(entries) if text else ():
        key, delimiter, value = entry.partition(pair)
        if not delimiter or pair in value:
            text = (
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'"
            )
            raise invalid_argument(text)
        found.append((key, value))
    return found


def _split_to_map(text: str, entries: str, pair: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in _pairs(text, entries, pair):
        if key in found:
            raise invalid_argument(f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return dict(sorted(found.items()))


def _split_to_multimap(text: str, entries: str, pair: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in _pairs(text, entries, pair):
        found.setdefault(key, []).append(value)
    return dict(sorted(found.items()))


def _soundex(text: str) -> str:
    """Code an English word by the rules of Apache Commons Codec, which fails for other letters."""
    letters = "".join(filter(str.isalpha, _without_supplementary(text))).upper()
    if not letters:
        return ""
    code, last = letters[0], _sound(letters[0])
    for letter in letters[1:]:
        if len(code) == 4:
            break
        if letter in "HW":
            continue
        sound = _sound(letter)
        if sound not in ("0", last):
            code += sound
        last = sound
    return code.ljust(4, "0")


def _without_supplementary(text: str) -> str:
    # Java asks for each half of such a character, and no half is a letter.
    return "".join(character for character in text if character <= "\uffff")


def _sound(letter: str) -> str:
    index = ord(letter) - ord("A")
    if not 0 <= index < len(_SOUNDS):
        raise invalid_argument(f"The character is not mapped: {letter} (index={index})")
    return _SOUNDS[index]


def _luhn_check(text: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    if not _DIGITS.issuperset(text):
        raise invalid_argument("Input contains non-digit character")
    digits = [int(digit) for digit in reversed(text)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return bool(digits) and (sum(digits[::2]) + doubled) % 10 == 0


@lru_cache(maxsize=256)
def escape_like_pattern(pattern: str, escape: str) -> str:
    r"""Rewrite a pattern of LIKE to one whose escape character is \."""
    if len(escape) != 1:
        raise invalid_argument("Escape string must be a single character")
    pieces, escaped = [], False
    for character in pattern:
        if escaped and character not in ("%", "_", escape):
            break
        if escaped or character not in ("%", "_", escape):
            pieces.append(_ESCAPED_IN_LIKE.sub(r"\\\1", character))
            escaped = False
        elif character == escape:
            escaped = True
        else:
            pieces.append(character)
    if escaped:
        text = "Escape character must be followed by '%', '_' or the escape character itself"
        raise invalid_argument(text)
    return "".join(pieces)


_TWO = ["VARCHAR", "VARCHAR"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_text_reverse", _reverse, ["VARCHAR"], "VARCHAR"),
    ("athena_text_levenshtein", _levenshtein_distance, _TWO, "BIGINT"),
    ("athena_text_hamming", _hamming_distance, _TWO, "BIGINT"),
    ("athena_split", _split, [*_TWO, "BIGINT"], "VARCHAR[]"),
    ("athena_strpos", _strpos, [*_TWO, "BIGINT"], "BIGINT"),
    ("athena_split_to_map", _split_to_map, [*_TWO, "VARCHAR"], "MAP(VARCHAR, VARCHAR)"),
    (
        "athena_split_to_multimap",
        _split_to_multimap,
        [*_TWO, "VARCHAR"],
        "MAP(VARCHAR, VARCHAR[])",
    ),
    ("athena_soundex", _soundex, ["VARCHAR"], "VARCHAR"),
    ("athena_luhn_check", _luhn_check, ["VARCHAR"], "BOOLEAN"),
    ("athena_like_pattern", escape_like_pattern, _TWO, "VARCHAR"),
)
