"""`add-user`: a user more, and nobody else reads the secrets."""

from pathlib import Path

import pytest

from tests.e2e.gateway import add_user


@pytest.mark.parametrize("there_before", [False, True])
def test_nobody_else_reads_the_secrets(tmp_path: Path, there_before: bool) -> None:
    folder = tmp_path / "secrets"
    if there_before:
        folder.mkdir()
        for name in ("users", "tenants", "header", "service.env"):
            (folder / name).touch(0o644)

    assert add_user(folder, "alice", 11000).returncode == 0

    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == dict.fromkeys(("users", "tenants", "header", "service.env"), 0o600)
    assert there_before or folder.stat().st_mode & 0o777 == 0o700


def test_the_first_user_makes_the_secret(tmp_path: Path) -> None:
    assert add_user(tmp_path / "secrets", "alice", 11000).returncode == 0
    header = (tmp_path / "secrets/header").read_text()
    assert add_user(tmp_path / "secrets", "bob", 1).returncode == 0

    assert (tmp_path / "secrets/header").read_text() == header
    name, _, secret = (tmp_path / "secrets/service.env").read_text().strip().partition("=")
    assert name == "DATA_HIST_GATEWAY_SECRET"
    assert len(secret) == 64
    assert f'"{secret}"' in header
    assert (tmp_path / "secrets/tenants").read_text() == '"alice" 11000;\n"bob" 1;\n'


@pytest.mark.parametrize(
    ("user", "tenant"),
    [("Alice", 1), ("a:b", 1), ("", 1), ("alice", 0), ("alice", "1; x y"), ("known", 1)],
)
def test_a_user_that_makes_no_sense_is_not_added(tmp_path: Path, user: str, tenant: object) -> None:
    add_user(tmp_path, "known", 11000)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert add_user(tmp_path, user, tenant).returncode != 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
