"""Whatever folders and records are called and hold, the catalog of them can be loaded."""

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.catalog.discovery.discovered import Discovered

KEYS = st.text(max_size=12) | st.sampled_from(["order", "ORDER", "a.b", "a_b", "$x", "time", "at"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([1_795_176_000, 1_795_176_000_000, 0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["2026-11-20T12:00:00Z", "17", '{"a": 1}', "[1]", "{"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=6), min_size=1, max_size=6)
# A name of a file has up to 255 bytes, and neither a slash nor NUL.
NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))
FOLDERS = st.lists(
    NAMES | st.sampled_from(["dt=2026-11-20", "2026", "11", "day=", "=x", "a=b=c", "x,y", "it's"]),
    max_size=4,
)
CONTENTS = st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"{{{text}".encode())
OFTEN = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@OFTEN
@given(records=RECORDS, folders=FOLDERS)
def test_any_names_and_records(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], folders: list[str]
) -> None:
    root = tmp_path_factory.mktemp("any") / "archive"
    folder = root.joinpath("table", *folders)
    folder.mkdir(parents=True)
    (folder / "a.json").write_text("".join(f"{json.dumps(record)}\n" for record in records))

    found = Discovered(root)

    assert found.sources or found.warnings


@OFTEN
@given(
    content=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"{{{text}".encode())
)
@pytest.mark.parametrize("name", ["a.json", "a.gz", "a.parquet", "a.zst", "a.snappy", "a.lz4"])
def test_any_content(tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes) -> None:
    root = tmp_path_factory.mktemp("any") / "archive"
    (root / "table").mkdir(parents=True)
    (root / "table" / name).write_bytes(content)

    found = Discovered(root)

    assert found.sources or found.warnings


@pytest.mark.parametrize("step", [1, 977])
def test_many_folders(tmp_path: Path, step: int) -> None:
    root = tmp_path / "archive"
    for number in range(600):
        folder = root / "t" / f"n={number * step}"
        folder.mkdir(parents=True)
        if number % 20 == 0:
            (folder / "a.json").write_text('{"a": 1}\n')

    (level,) = Discovered(root).sources["t"].partitions.values()

    assert level.projection == ("integer" if step == 1 else "injected")


def test_small_numbers_of_parquet_are_no_times(root: Path) -> None:
    """Of a type that no unit goes with."""
    (root / "t").mkdir(parents=True)
    values = pyarrow.array([1.7e9, 1.8e9], pyarrow.float32())
    pyarrow.parquet.write_table(pyarrow.table({"time": values}), root / "t" / "a.parquet")

    column = Discovered(root).sources["t"].columns["time"]

    assert (column.type, column.time) == ("real", None)
