"""What depends on a terminal: progress on stderr, and a pager for long tables."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, TextIO

from data_hist_client.documents import QueryState
from data_hist_client.figures import shown_bytes, shown_cost, shown_seconds

_CLEAR_LINE = "\r\x1b[K"
# Chops long lines, passes colours on, ends if all fits on the screen, and leaves it there.
_PAGER = "less -SRFX"


class Progress:
    """One line that tells how far a query is, until it is cleared; silent without a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_shown = stream.isatty()
        self._shown = ""

    def watch(self, state: QueryState) -> None:
        """Show the state of a query."""
        self._show(
            f"{state.status.lower()}  {shown_seconds(state.total_ms)}  "
            f"{shown_bytes(state.scanned_bytes)}  {shown_cost(state.cost_usd)}"
        )

    def downloaded(self, count: int) -> None:
        """Show how many bytes of a result have arrived, unless the text would be the same."""
        text = f"received {shown_bytes(count)}"
        if text != self._shown:
            self._show(text)

    def clear(self) -> None:
        """Take the line away."""
        if self.is_shown:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()

    def note(self, text: str) -> None:
        """Leave a line."""
        if self.is_shown:
            self.clear()
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def _show(self, text: str) -> None:
        self._shown = text
        if self.is_shown:
            self._stream.write(f"{_CLEAR_LINE}{text}")
            self._stream.flush()


@contextlib.contextmanager
def paged(lines: int, width: int, file: TextIO | None = None) -> Iterator[IO[str]]:
    """Give where to write text of that size: a file, stdout, or a pager for a small screen."""
    pager = _pager_for(lines, width)
    if file is not None or pager is None:
        yield file or sys.stdout
        return
    sys.stdout.flush()
    process = subprocess.Popen(pager, stdin=subprocess.PIPE, text=True)  # noqa: S603 - $PAGER
    pipe = process.stdin or sys.stdout
    try:
        yield pipe
        pipe.flush()
    except BrokenPipeError:
        # Whoever has seen enough closes the pager.
        pass
    finally:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
        process.wait()


def _pager_for(lines: int, width: int) -> list[str] | None:
    screen = shutil.get_terminal_size()
    if not sys.stdout.isatty() or (lines < screen.lines and width <= screen.columns):
        return None
    pager = shlex.split(os.environ.get("PAGER", _PAGER))
    return pager if pager and shutil.which(pager[0]) else None
