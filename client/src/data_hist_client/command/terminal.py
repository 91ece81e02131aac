"""What depends on a terminal: progress on stderr, and a pager for long tables."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, TextIO

from data_hist_client.documents import QueryState
from data_hist_client.figures import elapsed_ms, shown_bytes, shown_cost, shown_seconds
from data_hist_client.printable import printable

_CLEAR_LINE = "\r\x1b[K"
# Chops long lines, passes colours on, ends if all fits on the screen, and leaves it there.
_PAGER = "less -SRFX"


class Progress:
    """One line that tells how far a query is, until it is cleared; silent without a terminal.

    Attributes:
        received: How many bytes of a result have arrived.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_shown = stream.isatty()
        self._shown = ""
        self.received = 0

    def watch(self, state: QueryState) -> None:
        """Show the state of a query."""
        self._show(
            f"{state.status.lower()}  {shown_seconds(elapsed_ms(state))}  "
            f"{shown_bytes(state.scanned_bytes)}  {shown_cost(state.cost_usd)}"
        )

    def downloaded(self, count: int) -> None:
        """Show how many bytes of a result have arrived, unless the text would be the same."""
        self.received = count
        text = f"received {shown_bytes(count)}"
        if text != self._shown:
            self._show(text)

    def clear(self) -> None:
        """Take the line away."""
        self._write(_CLEAR_LINE)

    def note(self, text: str) -> None:
        """Leave a line."""
        self._write(f"{_CLEAR_LINE}{printable(text)}\n")

    def _show(self, text: str) -> None:
        self._shown = text
        self._write(f"{_CLEAR_LINE}{printable(text)}")

    def _write(self, text: str) -> None:
        # The terminal may have been closed.
        with contextlib.suppress(OSError):
            if self.is_shown:
                self._stream.write(text)
                self._stream.flush()


@contextlib.contextmanager
def paged(lines: int, width: int) -> Iterator[IO[str]]:
    """Give where to write text of that size: stdout, or a pager for a small screen."""
    pager = _pager_for(lines, width)
    if pager is None:
        yield sys.stdout
        return
    sys.stdout.flush()
    with _ctrl_c_left_to_the_pager():
        process = subprocess.Popen(pager, stdin=subprocess.PIPE, text=True, errors="replace")  # noqa: S603 - $PAGER
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


@contextlib.contextmanager
def _ctrl_c_left_to_the_pager() -> Iterator[None]:
    # The pager would inherit SIG_IGN, but no handler.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _pager_for(lines: int, width: int) -> list[str] | None:
    screen = shutil.get_terminal_size()
    if not sys.stdout.isatty() or (lines < screen.lines and width <= screen.columns):
        return None
    pager = shlex.split(os.environ.get("PAGER", _PAGER))
    return pager if pager and shutil.which(pager[0]) else None
