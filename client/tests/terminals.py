"""A command on a terminal, whose keys tests press and whose screen they read."""

import codecs
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from fcntl import ioctl

from tests.service import DEADLINE_SECONDS
from tests.waiting import wait_until

# What is typed before it is there goes to the terminal itself, which has its own Ctrl-D.
PROMPT = "data-hist>"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """A command on a terminal of 24 lines and 80 columns."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            # Ctrl-C reaches whoever's terminal this is.
            ["setsid", "--ctty", sys.executable, "-m", "data_hist_client.command", *arguments],
            env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        self.raw = ""
        self._seen = 0
        self._is_open = True
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while True:
            try:
                chunk = os.read(self._master, 65536)
            except OSError:
                return
            if not chunk:
                return
            self.raw += decoder.decode(chunk)

    @property
    def text(self) -> str:
        """What was written, without what moves the cursor."""
        return _CONTROL.sub("", self.raw)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> None:
        """Wait for a text after the one that was waited for before."""
        wait_until(
            lambda: self.text.find(text, self._seen) >= 0 or self.process.poll() is not None, text
        )
        found = self.text.find(text, self._seen)
        assert found >= 0, self.text
        self._seen = found + len(text)

    def ended(self) -> int:
        status = self.process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        return status

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._master)
        self._is_open = False

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.ended()
        if self._is_open:
            os.close(self._master)
