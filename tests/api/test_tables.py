"""GET /tables describes the tables and columns that a caller may query."""

import httpx
import pytest

from tests.support.api_calls import assert_problem, submitted


def test_tables_are_those_of_the_catalog(client: httpx.Client) -> None:
    tables = client.get("/tables").json()["tables"]

    assert [table["name"] for table in tables] == ["events", "metrics"]


@pytest.mark.parametrize("name", ["events", "metrics"])
def test_table(client: httpx.Client, name: str) -> None:
    table = client.get(f"/tables/{name}").json()

    assert table in client.get("/tables").json()["tables"]
    columns = {column["name"]: column["type"] for column in table["columns"]}
    assert columns["createdtimestamp"] == "bigint"
    assert columns["data"] == "varchar"
    assert not columns.keys() & {"resourceid", "operationid"}
    assert all(column["description"] for column in table["columns"])
    assert table["partition_columns"] == ["dt", "hr", "min"]


def test_examples_run_unchanged(client: httpx.Client) -> None:
    for table in client.get("/tables").json()["tables"]:
        assert table["examples"]
        for example in table["examples"]:
            submitted(client, example["query"])


def test_unknown_table(client: httpx.Client) -> None:
    assert_problem(client.get("/tables/users"), 404, "not-found")
