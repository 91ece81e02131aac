"""Folders are listed as a query lists them, and those that cannot be read are told."""

from pathlib import Path

from data_hist.catalog.discovery.folders import list_folder
from data_hist.catalog.discovery.limits import SampleLimits, spread


def test_hidden_and_empty_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden", "_SUCCESS"):
        (tmp_path / name).write_text("x")
        (tmp_path / f"{name}.d").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")

    assert list_folder(tmp_path, print) == (("a.d", "b.d"), ("a", "b"))


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    warnings: list[str] = []

    assert list_folder(tmp_path / "none", warnings.append) == ((), ())
    assert "none cannot be read (No such file or directory)" in warnings[0]


def test_a_name_that_is_not_in_utf_8_is_told(tmp_path: Path) -> None:
    warnings: list[str] = []
    Path(f"{tmp_path}/caf\udce9").mkdir()

    assert list_folder(tmp_path, warnings.append) == ((), ())
    assert "not in UTF-8, caf\N{REPLACEMENT CHARACTER}" in warnings[0]


def test_items_are_chosen_at_equal_distances() -> None:
    assert spread(range(3), 5) == [0, 1, 2]
    assert spread(range(9), 5) == [0, 2, 4, 6, 8]
    assert spread(range(9), 1) == [0]


def test_files_share_the_records_and_bytes_of_a_table() -> None:
    limits = SampleLimits(records=100, bytes=1000, file_bytes=500)

    shares = [limits.of_each_file(files) for files in (1, 10, 1000)]

    assert [(each.records, each.file_bytes) for each in shares] == [(100, 500), (10, 100), (1, 1)]
