"""Which modules' functions run; importing a module runs none of its functions."""

import inspect
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType


class ExecutedModules:
    """The modules of a package whose functions this thread and the threads after it call."""

    def __init__(self, package_folder: Path) -> None:
        self._prefix = f"{package_folder}/"
        self._called: set[CodeType] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the calls of this thread and of those that are started meanwhile."""
        before = sys.getprofile(), threading.getprofile()
        sys.setprofile(self._note)
        threading.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(before[0])
            threading.setprofile(before[1])

    def forget(self) -> None:
        """Count from here."""
        self._called = set()

    def names(self) -> list[str]:
        """The modules so far, below the package: `http.routes`."""
        files = {code.co_filename for code in tuple(self._called) if _is_of_function(code)}
        paths = (Path(file.removeprefix(self._prefix)) for file in files)
        return sorted(
            ".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths
        )

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(self._prefix):
            self._called.add(frame.f_code)


def _is_of_function(code: CodeType) -> bool:
    """Bodies of modules and classes run where they are defined."""
    return bool(code.co_flags & inspect.CO_OPTIMIZED)
