"""Standard input, output and error, also where they are closed, full, or no Unicode."""

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterable

from data_hist_client.errors import DataHistError, UsageError
from data_hist_client.printable import printable

_BOM = "\ufeff"
_LAYOUT = "\n\t"


def open_streams() -> None:
    """Give streams that are closed a stand-in that fails, and let no character fail."""
    # In this order: a file gets the first number that is free.
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def drop_unwritable() -> None:
    """Drop what can no longer be written; Python would try again as it ends, and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def read_input() -> str:
    """Return the text of standard input.

    Raises:
        UsageError: It cannot be read, or is in another encoding.
    """
    try:
        return decoded(sys.stdin.buffer.read(), sys.stdin.encoding)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read standard input: {error}") from error


def decoded(content: bytes, encoding: str = "utf-8") -> str:
    """Return a text without the byte order mark that some editors write.

    Raises:
        UnicodeDecodeError: It is in another encoding.
    """
    return content.decode(encoding).removeprefix(_BOM)


def write_rows(chunks: Iterable[bytes]) -> None:
    """Write rows to standard output: as they are, or for the eyes of a person."""
    if not sys.stdout.isatty():
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        return
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for chunk in chunks:
        sys.stdout.write(printable(decoder.decode(chunk), _LAYOUT))


def write_text(text: str) -> None:
    """Write a text of several lines to standard output, for a program or a person."""
    print(printable(text, _LAYOUT) if sys.stdout.isatty() else text)


def say(message: str) -> None:
    """Tell the person something, if there is a place for it; lines end only where we end them."""
    with contextlib.suppress(OSError):
        print(f"data-hist: {message}", file=sys.stderr, flush=True)


def warn(warning: str) -> None:
    """Tell the person what may be missing."""
    say(f"warning: {printable(warning)}")


def shown_error(error: DataHistError) -> str:
    """Return the message on one line, and below it the lines that show the place in the SQL."""
    message = str(error.args[0]) if error.args else ""
    place = str(error).removeprefix(message)
    return printable(message) + printable(place, _LAYOUT)
