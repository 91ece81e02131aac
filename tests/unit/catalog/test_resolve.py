"""What a catalog file says becomes tables for callers."""

import pytest

from data_hist.catalog.agreement import disagreements
from data_hist.catalog.resolve import load_catalog, resolve
from data_hist.catalog.tables import TenantColumn
from data_hist.catalog.versions import CatalogDocument


def test_a_first_query_needs_no_quotes_that_a_shell_would_take() -> None:
    assert load_catalog().newest.first_query == (
        "SELECT service, level, count(*) AS events FROM events GROUP BY service, level "
        "ORDER BY events DESC"
    )


def test_without_examples_the_first_query_shows_rows() -> None:
    source = {"database": "d", "table": "t", "tenant": None, "columns": {"a": {"type": "varchar"}}}
    quoted = {"title": "One", "sql": "SELECT 'x' FROM hosts"}
    tables = {"hosts": {"source": "s", "examples": [quoted]}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v7": {"database": "d", "tables": tables}}}
    )

    catalog = resolve(document)

    assert catalog.newest.first_query == "SELECT * FROM hosts LIMIT 5"
    assert catalog.tables_of_the_operator == ["hosts"]
    assert load_catalog().tables_of_the_operator == []


def test_the_name_of_a_table_is_quoted_in_the_first_query_if_it_is_reserved() -> None:
    source = {"database": "d", "table": "t", "tenant": None, "columns": {"a": {"type": "varchar"}}}
    version = {"database": "d", "tables": {"order": {"source": "s"}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )

    assert resolve(document).newest.first_query == 'SELECT * FROM "order" LIMIT 5'


@pytest.mark.parametrize(("level_type", "is_text"), [("varchar", True), ("bigint", False)])
def test_a_level_of_the_folders_may_be_the_tenant(level_type: str, is_text: bool) -> None:
    source = {
        "database": "d",
        "table": "t",
        "tenant": "aws-account-id",
        "columns": {"a": {"type": "varchar"}},
        "partitions": {"aws-account-id": {"type": level_type, "projection": "injected"}},
    }
    version = {"database": "d", "tables": {"t": {"source": "s"}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )

    assert list(disagreements(document)) == []
    assert resolve(document).newest.tables["t"].tenant == TenantColumn("aws-account-id", is_text)


def test_a_value_in_json_is_not_described_as_the_whole_text() -> None:
    source = {
        "database": "d",
        "table": "t",
        "tenant": None,
        "columns": {"data": {"type": "varchar", "description": "The payload."}},
    }
    columns = {
        "text": {"from": "data"},
        "user": {"from": "data", "path": "$.user"},
        "level": {"from": "data", "path": "$.level", "description": "How bad."},
    }
    version = {"database": "d", "tables": {"t": {"source": "s", "columns": columns}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )

    described = [each.description for each in resolve(document).newest.tables["t"].columns]
    assert described == ["The payload.", "", "How bad."]


def test_the_name_of_a_folder_tells_the_time_as_it_is_alone() -> None:
    level = {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]}
    source = {
        "database": "d",
        "table": "t",
        "tenant": None,
        "columns": {"a": {"type": "varchar"}},
        "partitions": {"dt": level, "week": level | {"interval": 7}},
    }
    columns = {"dt": None, "week": None, "at": {"from": "dt", "type": "timestamp"}}
    tables = {"t": {"source": "s", "columns": columns}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": {"database": "d", "tables": tables}}}
    )

    assert set(resolve(document).newest.tables["t"].time_columns) == {"dt"}
