"""The data catalog through boto3: the data dictionary in Glue's terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import assert_invalid_request, refused

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient

# What clients parse out of the message, such as PyAthena's `has_table`.
ENTITY_NOT_FOUND = re.compile(
    r"Entity Not Found \(Service: AmazonDataCatalog; Status Code: 400; "
    r"Error Code: EntityNotFoundException; Request ID: [0-9a-f-]{36}; Proxy: null\)"
)
DATABASE: dict[str, Any] = {"CatalogName": "AwsDataCatalog", "DatabaseName": "data_hist"}


def test_a_table_has_columns_and_partition_keys(athena: AthenaClient) -> None:
    table = athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="data_hist", TableName="events_v0"
    )["TableMetadata"]

    types = {column["Name"]: column["Type"] for column in table["Columns"]}
    assert (table["Name"], table["TableType"]) == ("events_v0", "EXTERNAL_TABLE")
    assert (types["customerid"], types["data"]) == ("bigint", "string")
    assert [key["Name"] for key in table["PartitionKeys"]] == ["dt", "hr", "min"]


def test_the_parameters_of_a_table_say_how_it_is_stored(athena: AthenaClient) -> None:
    table = athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="data_hist", TableName="events_v0"
    )["TableMetadata"]

    parameters = table["Parameters"]
    assert parameters["location"] == "s3://archive/events/"
    assert parameters["inputformat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert parameters["serde.serialization.lib"] == "org.openx.data.jsonserde.JsonSerDe"
    assert parameters["serde.param.case.insensitive"] == "FALSE"
    assert parameters["projection.hr.range"] == "0,23"


def test_tables_are_listed_in_pages(athena: AthenaClient) -> None:
    first = athena.list_table_metadata(**DATABASE, MaxResults=1)
    second = athena.list_table_metadata(**DATABASE, NextToken=first["NextToken"])

    names = [[table["Name"] for table in page["TableMetadataList"]] for page in (first, second)]
    assert names == [["events_v0"], ["logs_v0", "metrics_v0"]]
    assert "NextToken" not in second


def test_tables_are_found_by_expression(athena: AthenaClient) -> None:
    answer = athena.list_table_metadata(**DATABASE, Expression="metr.*")

    assert [table["Name"] for table in answer["TableMetadataList"]] == ["metrics_v0"]


def test_the_catalog_has_its_database(athena: AthenaClient) -> None:
    databases = athena.list_databases(CatalogName="awsdatacatalog")["DatabaseList"]
    database = athena.get_database(**DATABASE)["Database"]
    catalog = athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]

    assert database == {"Name": "data_hist"}
    assert databases == [database, {"Name": "default"}]
    assert catalog == {"Name": "AwsDataCatalog", "Type": "GLUE"}


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
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


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_table_metadata", DATABASE | {"TableName": "missing"}),
        ("get_table_metadata", DATABASE | {"DatabaseName": "missing", "TableName": "events_v0"}),
        ("get_database", DATABASE | {"DatabaseName": "missing"}),
        ("list_table_metadata", DATABASE | {"DatabaseName": "missing"}),
    ],
)
def test_a_missing_table_or_database_is_told_in_the_words_of_glue(
    athena: AthenaClient, operation: str, arguments: dict[str, str]
) -> None:
    error = refused(getattr(athena, operation), **arguments)["Error"]

    assert error["Code"] == "MetadataException"
    assert ENTITY_NOT_FOUND.fullmatch(error["Message"])


def test_the_only_workgroup_is_listed_and_described_alike(athena: AthenaClient) -> None:
    (listed,) = athena.list_work_groups()["WorkGroups"]
    described = athena.get_work_group(WorkGroup="primary")["WorkGroup"]

    assert (listed["Name"], listed["State"], listed["Description"]) == ("primary", "ENABLED", "")
    assert listed["EngineVersion"] == described["Configuration"]["EngineVersion"]
    assert listed["CreationTime"] == described["CreationTime"]
    assert "Description" not in described


def test_there_is_one_data_catalog_and_one_engine(athena: AthenaClient) -> None:
    catalogs = athena.list_data_catalogs()["DataCatalogsSummary"]
    versions = athena.list_engine_versions()["EngineVersions"]

    assert catalogs == [{"CatalogName": "AwsDataCatalog", "Type": "GLUE"}]
    assert [version["SelectedEngineVersion"] for version in versions] == [
        "AUTO",
        "Athena engine version 3",
    ]


def test_nothing_is_saved_in_the_workgroup(athena: AthenaClient) -> None:
    assert athena.list_named_queries()["NamedQueryIds"] == []
    assert athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"] == []


@pytest.mark.parametrize(
    "operation",
    ["list_work_groups", "list_data_catalogs", "list_engine_versions", "list_named_queries"],
)
def test_a_list_refuses_the_token_of_another(athena: AthenaClient, operation: str) -> None:
    token = athena.list_table_metadata(**DATABASE, MaxResults=1)["NextToken"]

    response = refused(getattr(athena, operation), NextToken=token)

    assert_invalid_request(response, "INVALID_INPUT", f"The nextPageToken is malformed: {token}")
