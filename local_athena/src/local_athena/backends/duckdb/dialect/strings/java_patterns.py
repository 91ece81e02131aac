"""Translate regular expressions from the syntax that Trino's engine reads to that of `regex`.

Unlike there, the classes of digits, words and space are ASCII here, and unknown escapes literals.
"""

import re

_CLASSES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[0-9A-Za-z_]",
    "W": "[^0-9A-Za-z_]",
    "s": r"[\t-\r ]",
    "S": r"[^\t-\r ]",
}
_ASSERTIONS = {"b": r"\b", "B": r"\B", "A": r"\A", "G": r"\G", "z": r"\Z", "Z": r"(?=\n?\Z)"}
_CHARACTERS = {"a": "\a", "t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "e": "\x1b"}
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.S)
_CODE = re.compile(
    r"\\(?:x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|([0-3][0-7]{2}|0[0-7]?))"
)
_PROPERTY = re.compile(r"\\[pP]\{\^?(?!Is)[A-Za-z][\w -]*\}")
_BACK_REFERENCE = re.compile(r"\\([1-9])|\\k<(\w+)>")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})[?+]?")
_FIXED = re.compile(r"\{[0-9]+\}")
_GROUP = re.compile(r"\((?!\?)|\(\?(?:[:=!>]|<[=!]|<[A-Za-z_]\w*>|[imsx]*(?:-[imsx]+)?:)")
_OPTIONS = re.compile(r"\(\?[imsx]*(?:-[imsx]+)?\)")
_COMMENT = re.compile(r"\(\?#[^)]*\)")
_POSIX_CLASS = re.compile(r"\[:\^?[a-z0-9]+:\]")


class InvalidPatternError(ValueError):
    """A pattern that the engine refuses."""


def translate_pattern(pattern: str) -> str:
    """Translate a pattern.

    Raises:
        InvalidPatternError: it is none; what `regex` refuses by itself is left to it.
    """
    return _Translation(pattern).run()


class _Translation:
    """The pieces that are written, and where the last one that can be repeated begins."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._offset = 0
        self._pieces: list[str] = []
        self._opened: list[int] = []
        self._atom: int | None = None

    def run(self) -> str:
        while self._offset < len(self._pattern):
            self._step()
        if self._opened:
            raise InvalidPatternError("end pattern with unmatched parenthesis")
        return "".join(self._pieces)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._pattern, self._offset)
        if found is not None:
            self._offset = found.end()
        return found

    def _write(self, text: str, *, repeatable: bool = True) -> None:
        self._atom = len(self._pieces) if repeatable else None
        self._pieces.append(text)

    def _step(self) -> None:
        mark = self._pattern[self._offset]
        if mark == "\\":
            self._write_escape()
        elif mark == "[":
            self._write(self._read_class())
        elif mark == "(":
            self._open()
        elif mark == ")":
            self._close()
        elif (found := self._take(_QUANTIFIER)) is not None:
            self._repeat(found[0])
        else:
            self._offset += 1
            text = re.escape(mark) if mark in "{}]" else mark
            self._write(text, repeatable=mark not in "|")

    def _open(self) -> None:
        if (found := self._take(_OPTIONS)) is not None:
            self._write(found[0], repeatable=False)
        elif self._take(_COMMENT) is None:
            found = self._take(_GROUP)
            if found is None:
                raise InvalidPatternError("undefined group option")
            self._opened.append(len(self._pieces))
            self._write(found[0], repeatable=False)

    def _close(self) -> None:
        if not self._opened:
            raise InvalidPatternError("unmatched close parenthesis")
        self._offset += 1
        self._pieces.append(")")
        self._atom = self._opened.pop()

    def _repeat(self, quantifier: str) -> None:
        if self._atom is None:
            raise InvalidPatternError("target of repeat operator is not specified")
        behind = any(self._pieces[at] in ("(?<=", "(?<!") for at in self._opened)
        if behind and _FIXED.fullmatch(quantifier) is None:
            raise InvalidPatternError("invalid pattern in look-behind")
        repeated = "".join(self._pieces[self._atom :])
        # What is repeated already, `regex` would refuse to repeat again.
        self._pieces[self._atom :] = [f"(?:{repeated}){quantifier}"]

    def _write_escape(self) -> None:
        if (found := self._take(_QUOTED)) is not None:
            for mark in found[1]:
                self._write(re.escape(mark))
        elif _CODE.match(self._pattern, self._offset) is not None:
            self._write(self._read_character())
        elif (found := self._take(_BACK_REFERENCE)) is not None:
            self._write(f"(?:\\{found[1]})" if found[1] else f"(?P={found[2]})")
        else:
            following = self._pattern[self._offset + 1 : self._offset + 2]
            if following in _ASSERTIONS and following:
                self._offset += 2
                self._write(_ASSERTIONS[following])
            else:
                self._write(self._read_character())

    def _read_character(self) -> str:
        """Read an escape that stands for a character or for a class of them."""
        if (found := self._take(_PROPERTY)) is not None:
            return found[0]
        if (found := self._take(_CODE)) is not None:
            digits = next(filter(None, found.groups()))
            return re.escape(chr(int(digits, 8 if found[4] else 16)))
        following = self._pattern[self._offset + 1 : self._offset + 2]
        if not following:
            raise InvalidPatternError("end pattern at escape")
        if following in "pP":
            name = self._pattern[self._offset + 2 :].strip("{").partition("}")[0]
            raise InvalidPatternError(f"invalid character property name <{name}>")
        self._offset += 2
        if following == "c" and self._offset < len(self._pattern):
            self._offset += 1
            return re.escape(chr(ord(self._pattern[self._offset - 1]) & 31))
        return _CLASSES.get(following) or re.escape(_CHARACTERS.get(following, following))

    def _read_class(self) -> str:
        self._offset += 1
        written = ["["]
        if self._pattern[self._offset : self._offset + 1] == "^":
            self._offset += 1
            written.append("^")
        start = self._offset
        while self._offset < len(self._pattern):
            mark = self._pattern[self._offset]
            if mark == "]" and self._offset > start:
                self._offset += 1
                return "".join([*written, "]"])
            written.append(self._read_member(mark))
        raise InvalidPatternError(
            "empty char-class" if self._pattern[start:] == "]" else "premature end of char-class"
        )

    def _read_member(self, mark: str) -> str:
        if mark == "\\":
            return self._read_character()
        if mark == "[":
            posix = self._take(_POSIX_CLASS)
            return posix[0] if posix is not None else self._read_class()
        self._offset += 1
        # Twice, these are operators of `regex`.
        return re.escape(mark) if mark in "]~|" else mark
