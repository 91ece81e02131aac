"""The examples of the README run as they stand, but for the address."""

import json
import re
from pathlib import Path

import pytest
from local_athena.tables import parse_catalog

from local_athena import command, testing

README = (Path(__file__).parents[1] / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.S)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme") / "sample"
    assert command.main(["sample-data", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("example", EXAMPLES[:2], ids=["boto3", "pyathena"])
def test_clients(
    example: str, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "is set by the example")
    names: dict[str, list[object]] = {}

    with testing.running_endpoint(sample / "_tables.json", sample, tmp_path / "state") as endpoint:
        exec(example.replace("http://127.0.0.1:4570", endpoint.url), names)  # noqa: S102

    assert names["rows"]


def test_the_fixture_is_python() -> None:
    compile(EXAMPLES[2], "README.md", "exec")
    assert len(EXAMPLES) == 3


def test_the_table() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", README, re.S)

    (table,) = parse_catalog([json.loads(example)]).tables()

    assert (table.location, [level.prefix for level in table.levels]) == ("orders", ["day="])


def test_the_default_address() -> None:
    assert "http://127.0.0.1:4570" in README
    assert command.LocalAthenaSettings(Path(), Path()).port == 4570
