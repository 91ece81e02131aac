"""The embedded engine answers as a real Trino did, but for the causes that are known."""

from pathlib import Path

import pytest

from tests.oracle.examining import examine
from tests.oracle.goldens import golden_files, read_goldens

_SHOWN = 20


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: path.stem)
def test_answers_are_those_of_the_goldens(path: Path) -> None:
    unexpected = [str(each) for each in examine(read_goldens(path)) if not each.is_expected]

    assert not unexpected, f"{len(unexpected)}, such as\n" + "\n".join(unexpected[:_SHOWN])
