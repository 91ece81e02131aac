"""The data catalog through boto3: the data dictionary in Glue's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import refused

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient

DATABASE: dict[str, Any] = {"CatalogName": "AwsDataCatalog", "DatabaseName": "data_hist"}


def test_a_table_has_columns_and_partition_keys(athena: AthenaClient) -> None:
    table = athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="data_hist", TableName="events_v0"
    )["TableMetadata"]

    types = {column["Name"]: column["Type"] for column in table["Columns"]}
    assert (table["Name"], table["TableType"]) == ("events_v0", "EXTERNAL_TABLE")
    assert (types["customerid"], types["data"]) == ("bigint", "string")
    assert [key["Name"] for key in table["PartitionKeys"]] == ["dt", "hr", "min"]


def test_tables_are_listed_in_pages(athena: AthenaClient) -> None:
    first = athena.list_table_metadata(**DATABASE, MaxResults=1)
    second = athena.list_table_metadata(**DATABASE, NextToken=first["NextToken"])

    names = [[table["Name"] for table in page["TableMetadataList"]] for page in (first, second)]
    assert names == [["events_v0"], ["metrics_v0"]]
    assert "NextToken" not in second


def test_tables_are_found_by_expression(athena: AthenaClient) -> None:
    answer = athena.list_table_metadata(**DATABASE, Expression="metr.*")

    assert [table["Name"] for table in answer["TableMetadataList"]] == ["metrics_v0"]


def test_the_catalog_has_its_database(athena: AthenaClient) -> None:
    databases = athena.list_databases(CatalogName="awsdatacatalog")["DatabaseList"]
    database = athena.get_database(**DATABASE)["Database"]
    catalog = athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]

    assert databases == [database] == [{"Name": "data_hist"}]
    assert catalog == {"Name": "AwsDataCatalog", "Type": "GLUE"}


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("get_table_metadata", DATABASE | {"TableName": "missing"}, "MetadataException"),
        ("get_database", DATABASE | {"DatabaseName": "missing"}, "MetadataException"),
        ("list_databases", {"CatalogName": "missing"}, "InvalidRequestException"),
        ("list_table_metadata", DATABASE | {"Expression": "("}, "InvalidRequestException"),
        ("list_table_metadata", DATABASE | {"NextToken": "x"}, "InvalidRequestException"),
    ],
)
def test_what_is_not_there_is_refused(
    athena: AthenaClient, operation: str, arguments: dict[str, str], code: str
) -> None:
    response = refused(getattr(athena, operation), **arguments)

    assert response["Error"]["Code"] == code
