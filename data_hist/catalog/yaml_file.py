"""Read the values of a YAML file, and find the line of each.

Reads YAML 1.2's core schema without merge keys: `no` and `2026-11-20` are texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

Path: TypeAlias = Sequence[str | int]
"""The keys and indexes that lead to a value from the top of the document."""

_CONSTANTS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)


class Problem(NamedTuple):
    """What is wrong with the value at a path, and what to write."""

    path: tuple[str | int, ...]
    text: str


class YamlError(ValueError):
    """The text is not YAML, or uses what is not read here.

    Attributes:
        line: Counts from 1.
    """

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


def parse_yaml(text: str) -> Any:
    """Return the values of a document, as `dict`, `list`, `str`, `int`, `float`, `bool` and None.

    PyYAML composes nodes before values, which takes ten times as long.

    Raises:
        YamlError: The text is not valid, or repeats a key.
    """
    try:
        # Its own generator asks twice for each event.
        events = iter(yaml.CSafeLoader(text).get_event, None)
        return _Builder(events).document()
    except RecursionError:
        raise YamlError("it is nested too deeply", 1) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(f"{error.problem}", _line(mark) if mark else 1) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError("a character that YAML does not allow", line) from None


def lines_of(text: str, paths: Iterable[Path]) -> Iterator[int]:
    """Return the line of each value's key; of a missing one, that of what should hold it."""
    root = yaml.compose(text, yaml.CSafeLoader)
    for path in paths:
        node, line = root, 1
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node, line = child
        yield line


class _Builder:
    """Builds values from the events of a parser."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Any] = {}

    def document(self) -> Any:
        """Build the only document; without one, None."""
        for event in self._events:
            if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                break
        if isinstance(event, yaml.StreamEndEvent):
            return None
        content = self._value(event)
        next(self._events)  # the end of the document
        rest = next(self._events)
        if not isinstance(rest, yaml.StreamEndEvent):
            raise YamlError("a second document begins; write one", _line(rest.start_mark))
        return content

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is yaml.ScalarEvent and event.tag is None and event.anchor is None:
            return _plain(event.value) if event.implicit[0] else event.value
        if getattr(event, "tag", None):
            raise YamlError(f"tags such as {event.tag} are not read", _line(event.start_mark))
        if kind is yaml.ScalarEvent:
            is_plain = event.implicit[0]
            value = _plain(event.value) if is_plain else event.value
        elif kind is yaml.AliasEvent:
            if event.anchor not in self._anchors:
                raise YamlError(f"nothing is named &{event.anchor} before", _line(event.start_mark))
            return self._anchors[event.anchor]
        elif kind is yaml.MappingStartEvent:
            value = self._mapping()
        else:
            value = self._sequence()
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._events:
            if type(event) is yaml.MappingEndEvent:
                break
            if type(event) is not yaml.ScalarEvent:
                raise YamlError("a key is not a text", _line(event.start_mark))
            key = event.value
            if key in found:
                raise YamlError(f"the key '{key}' stands twice", _line(event.start_mark))
            found[key] = self._value(next(self._events))
        return found

    def _sequence(self) -> list[Any]:
        found = []
        for event in self._events:
            if type(event) is yaml.SequenceEndEvent:
                break
            found.append(self._value(event))
        return found


@lru_cache(1024)
def _plain(text: str) -> Any:
    """Return the value of a text without quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, _line(key.start_mark)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], _line(node.value[step].start_mark)
    return None


def _line(mark: Any) -> int:
    return int(mark.line) + 1
