"""Work, counted in function calls: the same number on every machine, busy or idle."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooMuchWork(BaseException):
    """More calls than allowed; not an `Exception`, so that no code under test can catch it."""


@contextmanager
def at_most_calls(most: int) -> Iterator[None]:
    """Fail as soon as this thread has called that many functions, in Python or built in.

    Code that runs away is stopped there, so that a failing test does not hang.
    """
    left = most

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        if event in ("call", "c_call"):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {most:,} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    except TooMuchWork as error:
        raise AssertionError(str(error)) from None
    finally:
        sys.setprofile(before)
