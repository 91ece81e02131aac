"""The examples of the README run as they stand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.M | re.S)
PYTHON = [text for language, text in BLOCKS if language == "python"]
PRINTED = [text for language, text in BLOCKS if language == ""]


@pytest.fixture
def run_example(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    monkeypatch.chdir(tmp_path)

    def run(source: str) -> str:
        exec(source.replace("http://127.0.0.1:8080", url), {})  # noqa: S102 - our own example
        return capsys.readouterr().out

    return run


def test_the_first_example_prints_rows(run_example: Callable[[str], str]) -> None:
    assert run_example(PYTHON[0]) == "filebeat 10\niam-admin 10\n"


def test_results_in_each_form(run_example: Callable[[str], str], tmp_path: Path) -> None:
    run_example(PYTHON[1])

    assert [path.name for path in tmp_path.iterdir()] == ["events.parquet"]


def test_an_error_is_printed_as_shown(run_example: Callable[[str], str]) -> None:
    assert run_example(PYTHON[2]) == PRINTED[0]
