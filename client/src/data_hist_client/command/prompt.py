"""The prompt: statements of several lines, history, completion; it alone uses prompt_toolkit."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from data_hist_client.client import Client
from data_hist_client.command.completion import candidates
from data_hist_client.command.listings import print_columns, print_tables, table_named
from data_hist_client.command.statements import script_of
from data_hist_client.command.streams import shown_error
from data_hist_client.documents import Table
from data_hist_client.errors import DataHistError, UsageError

try:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory
except ModuleNotFoundError as error:
    raise UsageError('The prompt needs "data-hist-client[cli]".') from error

_LEAVING = {r"\q", "exit", "quit"}
_HELP = r"""End a statement with ; and Enter. Ctrl-C cancels it, and Ctrl-D leaves.
\d        list the tables
\d TABLE  list the columns of a table
\q        leave"""


def run_prompt(client: Client, history: Path, run: Callable[[str], None]) -> None:
    """Read statements and run each, until the user leaves.

    Args:
        client: Whom to ask for the tables.
        history: The file that keeps what was typed, for its owner alone.
        run: Runs one statement.

    Raises:
        DataHistError: The service cannot be reached to begin with.
    """
    tables = client.tables()
    session = _session(tables, history)
    print(r"Ask in SQL, and end with ; and Enter. \? helps.")
    while True:
        try:
            text = session.prompt("data-hist> ").strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if _word(text) in _LEAVING:
            return
        if text:
            _answer(text, tables, run)


def _word(text: str) -> str:
    """Return what may be a command; people end those with `;`, too."""
    return text.strip().rstrip(";").rstrip().lower()


def _answer(text: str, tables: Sequence[Table], run: Callable[[str], None]) -> None:
    try:
        if text.startswith("\\"):
            _command(_word(text), tables)
        else:
            # What fails ends the others, which may build on it.
            for statement in script_of(text).all or [text]:
                run(statement.lstrip())
    except DataHistError as error:
        print(shown_error(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted. If the query was running, it is cancelled.", file=sys.stderr)


def _command(text: str, tables: Sequence[Table]) -> None:
    name, _, argument = text.partition(" ")
    if name != r"\d":
        print(_HELP)
    elif argument.strip():
        print_columns(table_named(tables, argument.strip()))
    else:
        print_tables(tables)


def _session(tables: Sequence[Table], history: Path) -> "PromptSession[str]":
    history.parent.mkdir(parents=True, exist_ok=True)
    history.touch(mode=0o600)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)),
        completer=_Completions(tables),
        complete_while_typing=False,
        multiline=Condition(lambda: not is_complete(session.default_buffer.text)),
        prompt_continuation="        -> ",
    )
    return session


def is_complete(text: str) -> bool:
    """Whether Enter runs what was typed, rather than begin a new line."""
    word = _word(text)
    if not text.strip() or word.startswith("\\") or word in _LEAVING:
        return True
    script = script_of(text)
    return script.has_end and not script.rest


class _Completions(Completer):
    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Any]:
        before = document.text_before_cursor
        length = len(document.get_word_before_cursor())
        for word, meaning in candidates(before, document.text, self._tables):
            yield Completion(word, start_position=-length, display_meta=meaning)
