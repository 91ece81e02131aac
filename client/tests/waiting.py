"""Waiting for a state that is bound to come, and for which there is nothing to be notified by."""

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

# Far longer than any machine takes: it only turns a hang into a failure.
DEADLINE_SECONDS = 120.0
_PAUSE_SECONDS = 0.01


def wait_until(look: Callable[[], _T], what: str) -> _T:
    """Look again and again until there is something to see, and give that.

    Args:
        look: What it returns counts once it is true.
        what: What is waited for, for the message of a failure.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(_PAUSE_SECONDS)
    return seen
