"""Files that results are written to: whole, or not at all."""

import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from data_hist_client import DownloadBroken, UsageError
from data_hist_client.files import format_of, whole_file


def write(path: Path, content: bytes = b"new") -> None:
    with whole_file(path) as file:
        file.write(content)


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_two_that_write_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"

    with whole_file(path) as slow:
        slow.write(b"slow ")
        with whole_file(path) as fast:
            fast.write(b"fast")
        assert path.read_bytes() == b"fast"
        slow.write(b"and whole")

    assert path.read_bytes() == b"slow and whole"
    assert names_in(tmp_path) == ["x.csv"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "x.csv") as file:
        file.write(b"new")
        raise KeyboardInterrupt

    assert (tmp_path / "x.csv").read_bytes() == b"old"
    assert names_in(tmp_path) == ["x.csv"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660, 0o755])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x.csv"
    path.touch()
    path.chmod(mode)

    write(path)

    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "x.csv")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == mode


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_is_followed(tmp_path: Path, is_there: bool) -> None:
    target = tmp_path / "folder" / "target.csv"
    target.parent.mkdir()
    if is_there:
        target.touch()
    (tmp_path / "x.csv").symlink_to(target)

    write(tmp_path / "x.csv")

    assert (tmp_path / "x.csv").is_symlink()
    assert target.read_bytes() == b"new"
    assert names_in(target.parent) == ["target.csv"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()

    write(path)

    reader.join()
    assert read == [b"new"]
    assert path.is_fifo()


def test_a_device_is_written_to() -> None:
    write(Path(os.devnull))

    assert Path(os.devnull).is_char_device()


def test_what_is_read_already_cannot_be_taken_back() -> None:
    with whole_file(Path(os.devnull)) as file:
        file.start_again()
        file.write(b"1")
        with pytest.raises(DownloadBroken):
            file.start_again()


def test_a_file_starts_again(tmp_path: Path) -> None:
    with whole_file(tmp_path / "x.csv") as file:
        file.write(b"longer than new")
        file.start_again()
        file.write(b"new")
        assert file.written == 3

    assert (tmp_path / "x.csv").read_bytes() == b"new"


def test_a_long_name_has_a_place(tmp_path: Path) -> None:
    write(tmp_path / ("x" * 251 + ".csv"))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("folder", "Is a directory"),
        ("folder/.", "Is a directory"),
        (".", "Is a directory"),
        ("/", "Is a directory"),
        ("none/x.csv", "No such file or directory"),
        ("file/x.csv", "Not a directory"),
        ("dangling", "No such file or directory"),
        ("loop", "symbolic links"),
        ("x" * 300, "File name too long"),
        ("/dev/full", "No space left on device"),
    ],
)
def test_what_cannot_be_written_says_why(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "none" / "x.csv")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    before = names_in(tmp_path)

    with pytest.raises(UsageError, match=f"Cannot write .*{reason}"):
        write(tmp_path / path if path != "/" else Path(path))

    assert names_in(tmp_path) == before


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("length", [11, 1_000_000])
def test_a_full_disk_leaves_no_file(tmp_path: Path, length: int) -> None:
    with (
        files_limited_to(10),
        pytest.raises(UsageError, match=r"Cannot write .*x.csv \(File too large\)"),
    ):
        write(tmp_path / "x.csv", b"x" * length)

    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["x.csv.gz", "x", ".csv", "x.txt"])
def test_a_name_without_a_format_is_no_guess(name: str) -> None:
    with pytest.raises(UsageError, match=f"The name {name} does not tell the format"):
        format_of(Path(name), None)

    assert format_of(Path(name), "csv") == "csv"
