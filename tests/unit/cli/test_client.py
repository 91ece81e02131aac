"""The commands of the client are commands of `data-hist`, if it is installed."""

import sys

import pytest

from data_hist import cli

COMMANDS = ["query", "history", "saved", "tables"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_client_adds_its_commands(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])

    assert end.value.code == 0
    assert "--profile" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("arguments", [[], ["--help"], ["SELECT 1", "--format", "csv"]])
def test_without_the_client_they_say_what_to_install(
    command: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] == "data_hist_client":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "data_hist_client", None)

    assert cli.main([command, *arguments]) == 1
    assert 'install "data-hist[client]"' in capsys.readouterr().err
