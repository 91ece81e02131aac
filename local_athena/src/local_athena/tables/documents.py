"""Read JSON documents by member; errors say where the fault is, and what to write instead."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class TablesError(Exception):
    """A document defines no table; the message names file, table, key, and what to write."""


@dataclass(frozen=True)
class Document:
    """An object in a file of documents, its position in that file, and the database of the file."""

    value: Mapping[str, Any]
    place: str
    default_database: str | None = None

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def error(self, key: str, problem: str) -> TablesError:
        """Make the error about a member."""
        return TablesError(f"{self.place}{key} {problem}")

    def text(self, key: str, advice: str) -> str:
        """Read a required text; `advice` says what to write."""
        value = self.value.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"is {_shown(value)}; {advice}")
        return value

    def child(self, key: str) -> "Document":
        """Read a required object."""
        value = self.value.get(key)
        if not isinstance(value, Mapping):
            raise self.error(key, f"is {_shown(value)}; write an object")
        return Document(value, f"{self.place}{key}.", self.default_database)

    def children(self, key: str) -> list["Document"]:
        """Read an optional list of objects."""
        value = self.value.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self.error(key, "is no list of objects; write one object for each column")
        return [
            Document(item, f"{self.place}{key}[{index}].", self.default_database)
            for index, item in enumerate(value)
        ]

    def texts(self, key: str) -> dict[str, str]:
        """Read an optional object of texts; numbers and booleans become texts."""
        if key not in self:
            return {}
        found = self.child(key)
        for name, value in found.value.items():
            if not isinstance(value, str | int):
                raise found.error(name, f"is {_shown(value)}; write a text")
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in found.value.items()
        }


def _shown(value: object) -> str:
    return "missing" if value is None else json.dumps(value)[:80]


def load_json(file: Path) -> object:
    """Read a file.

    Raises:
        TablesError: The file cannot be read or is not JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TablesError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise TablesError(f"{file} is not JSON: {error}") from error


def documents_of(content: object, source: str, database: str | None) -> Iterator[Document]:
    """Split the content of a file into documents; `source` names the file in errors."""
    documents: Sequence[object] = content if isinstance(content, list) else [content]
    for index, document in enumerate(documents):
        place = f"{source}: document {index + 1}: " if len(documents) > 1 else f"{source}: "
        if not isinstance(document, Mapping):
            raise TablesError(f"{place}is {_shown(document)}; write an object with a TableInput")
        node = Document(document, place, database)
        yield from node.children("TableList") if "TableList" in node else [node]
