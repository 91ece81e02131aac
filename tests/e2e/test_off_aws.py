"""The files of `deploy/off-aws` fit together."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.commands import ROOT

FOLDER = ROOT / "deploy/off-aws"
CATALOG = FOLDER / "catalog/awsdatacatalog.properties"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "compose.yaml").read_text())[
    "services"
]
ADDED = {"store", "sample", "tables", "trino"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("off-aws")
    script = folder / "prepare"
    script.write_bytes((FOLDER / "prepare").read_bytes())
    for _ in range(2):
        subprocess.run(["bash", script], check=True)
    return folder


def test_keys_belong_to_the_owner_and_one_only_reads(prepared: Path) -> None:
    identities = yaml.safe_load((prepared / "secrets/store.json").read_text())["identities"]

    assert {each["name"]: each["actions"] for each in identities} == {
        "reader": ["Read:archive", "List:archive"],
        "writer": ["Admin:archive"],
    }
    (reader,) = identities[0]["credentials"]
    assert (prepared / "secrets/reader.env").read_text() == (
        f"S3_READER_KEY={reader['accessKey']}\nS3_READER_SECRET={reader['secretKey']}\n"
    )
    assert all(path.stat().st_mode & 0o077 == 0 for path in prepared.rglob("secrets/*"))


def test_files_that_are_mounted_are_there(prepared: Path) -> None:
    parts = SERVICES.values()
    mounted = [volume.split(":")[0] for each in parts for volume in each.get("volumes", ())]
    mounted += [file for each in parts for file in each.get("env_file", ())]

    for name in mounted:
        path = name.removeprefix("./").removeprefix("off-aws/")
        assert (FOLDER / path).exists() or (prepared / path).exists(), name


def test_each_part_reaches_only_what_it_needs() -> None:
    networks = {name: each.get("networks") for name, each in SERVICES.items()}

    assert networks == {
        "store": ["store"],
        "sample": ["store"],
        "tables": None,
        "trino": ["store", "trino"],
        "athena": ["athena", "trino"],
        "data-hist": ["default", "athena"],
        "gateway": ["default"],
    }
    assert SERVICES["tables"]["network_mode"] == "none"
    assert not any("ports" in each for each in SERVICES.values())


def test_parts_are_confined() -> None:
    assert all("mem_limit" in each for each in SERVICES.values())
    for name in ADDED:
        assert SERVICES[name]["read_only"] and SERVICES[name]["cap_drop"] == ["ALL"], name
    assert all("healthcheck" in SERVICES[name] for name in ("store", "trino"))


def test_the_catalog_gets_its_variables() -> None:
    needed = {part.split("}")[0] for part in CATALOG.read_text().split("${ENV:")[1:]}

    given = set(SERVICES["trino"]["environment"]) | {"S3_READER_KEY", "S3_READER_SECRET"}
    assert given == needed
