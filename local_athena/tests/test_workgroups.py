"""Workgroups beside `primary`: each has its own executions, and its own limit on scanned bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local_athena.command import main

from tests.clients import AthenaSession, assert_invalid_request, refused
from tests.endpoint import running_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 10_000_000
SCAN = "SELECT count(data) FROM data_hist.events_v0"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaSession]:
    """An endpoint with two further workgroups, over more bytes than one of them may scan."""
    archive = tmp_path_factory.mktemp("archive")
    folder = archive / "events/dt=2026-03-01/hr=09/min=00"
    folder.mkdir(parents=True)
    record = json.dumps({"customerid": 11000, "data": "x" * (LIMIT // 10)})
    (folder / "1_0_00000000000000000000").write_text(f"{record}\n" * 11, encoding="utf-8")
    state = tmp_path_factory.mktemp("state")
    with running_endpoint(archive, state, workgroup=["free", f"limited={LIMIT}"]) as url:
        yield AthenaSession(url)


def test_workgroups_are_listed_and_described(shared: AthenaSession) -> None:
    names = [each["Name"] for each in shared.athena.list_work_groups()["WorkGroups"]]
    limits = {
        name: shared.athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"].get(
            "BytesScannedCutoffPerQuery"
        )
        for name in names
    }

    assert limits == {"primary": None, "free": None, "limited": LIMIT}


def test_each_workgroup_lists_its_own_executions(shared: AthenaSession) -> None:
    started = {name: shared.start("SELECT 1", WorkGroup=name) for name in ("free", "limited")}
    started["primary"] = shared.start("SELECT 1")

    for name, query_id in started.items():
        listed = shared.athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"]
        assert query_id in listed
        assert set(started.values()) & set(listed) == {query_id}
        assert shared.get(query_id)["WorkGroup"] == name


@pytest.mark.parametrize(
    ("workgroup", "state", "reason"),
    [
        ("primary", "SUCCEEDED", None),
        ("free", "SUCCEEDED", None),
        ("limited", "CANCELLED", "Bytes scanned limit was exceeded"),
    ],
)
def test_a_workgroup_limits_what_a_query_scans(
    shared: AthenaSession, workgroup: str, state: str, reason: str | None
) -> None:
    execution = shared.run(SCAN, WorkGroup=workgroup)

    assert execution["Status"]["State"] == state
    assert execution["Status"].get("StateChangeReason") == reason
    assert execution["Statistics"]["DataScannedInBytes"] > LIMIT


def test_a_query_below_the_limit_is_left_alone(shared: AthenaSession) -> None:
    assert shared.run("SELECT 1", WorkGroup="limited")["Status"]["State"] == "SUCCEEDED"


@pytest.mark.parametrize("call", ["get_work_group", "list_query_executions"])
def test_other_workgroups_do_not_exist(shared: AthenaSession, call: str) -> None:
    response = refused(getattr(shared.athena, call), WorkGroup="Free")

    assert_invalid_request(response, "INVALID_INPUT", "WorkGroup is not found.")


@pytest.mark.parametrize("wrong", ["a b", "", "a=", "a=1GB", "a=9999999", "x" * 129])
def test_the_command_refuses_what_is_no_workgroup(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[Any] = ["serve", "--tables", "t.json", "--workgroup", wrong]

    with pytest.raises(SystemExit):
        main(arguments)

    assert "--workgroup" in capsys.readouterr().err
