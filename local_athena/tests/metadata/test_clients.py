"""Metadata as clients ask for it, by themselves or replayed from what their code sends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import awswrangler
import boto3
import pyathena
import pytest
import sqlalchemy

from tests.clients import OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients import AthenaSession

# awswrangler passes pandas an argument that pandas 3 ignores.
pytestmark = pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}


@pytest.fixture
def at_endpoint(shop: AthenaSession, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ENDPOINT_URL": shop.url, **CREDENTIALS}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def connection(shop: AthenaSession, at_endpoint: None) -> Iterator[Any]:
    with pyathena.connect(
        s3_staging_dir=OUTPUT,
        region_name="us-east-1",
        schema_name="shop",
        endpoint_url=shop.url,
        poll_interval=0.02,
    ) as connection:
        yield connection


@pytest.fixture
def alchemy(shop: AthenaSession, at_endpoint: None) -> Iterator[sqlalchemy.Engine]:
    query = f"s3_staging_dir={OUTPUT}&endpoint_url={shop.url}&poll_interval=0.02"
    url = f"awsathena+rest://any:any@athena.us-east-1.amazonaws.com:443/shop?{query}"
    engine = sqlalchemy.create_engine(url)
    yield engine
    engine.dispose()


def test_sqlalchemy_inspects(alchemy: sqlalchemy.Engine) -> None:
    """As Superset does, whose Athena engine is this dialect."""
    inspector = sqlalchemy.inspect(alchemy)

    assert inspector.get_schema_names() == ["default", "shop"]
    assert inspector.get_table_names() == ["orders", "plain", "projected", "wide"]
    assert inspector.get_view_names() == []
    assert (inspector.has_table("orders"), inspector.has_table("missing")) == (True, False)
    columns = inspector.get_columns("orders")
    assert [column["name"] for column in columns] == ["id", "total", "day", "hr"]
    assert columns[2]["dialect_options"]["awsathena_partition"]
    assert inspector.get_table_comment("orders") == {"text": "it's; all"}
    options = inspector.get_table_options("orders")
    assert options["awsathena_location"] == "s3://lake/orders/"
    assert options["awsathena_serdeproperties"] == {
        "mapping.total": "Total",
        "case.insensitive": "FALSE",
    }
    with pytest.raises(sqlalchemy.exc.NoSuchTableError):
        inspector.get_view_definition("orders")


def test_sqlalchemy_queries_a_reflected_table(alchemy: sqlalchemy.Engine) -> None:
    orders = sqlalchemy.Table("orders", sqlalchemy.MetaData(), autoload_with=alchemy)
    query = sqlalchemy.select(orders.c.day, orders.c.total).where(orders.c.id == 1)

    with alchemy.connect() as connection:
        assert connection.execute(query).fetchall() == [("2026-03-02", 1.5)]


def test_pyathena_reads_what_is_shown(connection: Any) -> None:
    described = connection.cursor().execute("DESCRIBE orders").fetchall()
    tables = connection.cursor().execute("SHOW TABLES").fetchall()

    assert described[0] == (f"{'id':20}\t{'bigint':20}\tfrom deserializer   ",)
    assert tables == [("orders",), ("plain",), ("projected",), ("wide",)]


def test_pyathena_looks_for_a_table_before_it_writes_one(connection: Any) -> None:
    rows = connection.cursor().execute(
        "\nSELECT table_name\nFROM information_schema.tables\n"
        "WHERE table_schema = 'shop'\nAND table_name = 'plain'\n"
    )

    assert rows.fetchall() == [("plain",)]


def test_pyathena_reuses_a_result(connection: Any) -> None:
    cursors = [
        connection.cursor().execute("SELECT 'pyathena'", result_reuse_enable=enabled)
        for enabled in (False, True)
    ]

    assert [cursor.reused_previous_result for cursor in cursors] == [False, True]


def test_ibis_connects_and_lists(connection: Any) -> None:
    """Replayed: what ibis' Athena backend asks of PyAthena and boto3."""
    with connection.cursor() as cursor:
        (catalog,) = cursor.execute("SELECT CURRENT_CATALOG").fetchone()
        (database,) = cursor.execute("SELECT CURRENT_SCHEMA").fetchone()
        databases = cursor.list_databases(catalog_name=catalog)
        tables = cursor.list_table_metadata(schema_name=database, expression="orders")
    summaries = connection.client.list_data_catalogs()["DataCatalogsSummary"]

    assert (catalog, database) == ("awsdatacatalog", "shop")
    assert [each["CatalogName"] for each in summaries] == ["AwsDataCatalog"]
    assert [each.name for each in databases] == ["default", "shop"]
    assert [column.name for column in tables[0].columns] == ["id", "total"]


def test_grafana_fills_its_lists(shop: AthenaSession) -> None:
    """Replayed: the calls of Grafana's Athena data source for its editor, and its health check."""
    (catalog,) = shop.athena.list_data_catalogs()["DataCatalogsSummary"]
    name: dict[str, Any] = {"CatalogName": catalog["CatalogName"]}
    databases = shop.athena.list_databases(**name)["DatabaseList"]
    tables = shop.athena.list_table_metadata(**name, DatabaseName="shop")["TableMetadataList"]
    table = shop.athena.get_table_metadata(**name, DatabaseName="shop", TableName="orders")
    (workgroup,) = shop.athena.list_work_groups()["WorkGroups"]
    version = shop.athena.get_work_group(WorkGroup=workgroup["Name"])["WorkGroup"]["Configuration"][
        "EngineVersion"
    ]
    health = shop.run("SELECT 1", WorkGroup=workgroup["Name"])

    assert [each["Name"] for each in databases] == ["default", "shop"]
    assert [each["Name"] for each in tables] == ["orders", "plain", "projected", "wide"]
    assert [each["Name"] for each in table["TableMetadata"]["Columns"]] == ["id", "total"]
    assert version["EffectiveEngineVersion"] == "Athena engine version 3"
    assert health["Status"]["State"] == "SUCCEEDED"


def test_awswrangler_describes_a_table(at_endpoint: None) -> None:
    arguments: dict[str, Any] = {
        "table": "plain",
        "database": "shop",
        "s3_output": OUTPUT,
        "boto3_session": boto3.Session(region_name="us-east-1"),
    }

    created = awswrangler.athena.show_create_table(**arguments)
    described = awswrangler.athena.describe_table(**arguments)

    assert created.startswith("CREATE EXTERNAL TABLE `plain`(")
    assert described["Column Name"].tolist() == ["n", "p"]
    assert described["Partition"].tolist() == [False, True]


def test_the_aws_command_line_lists_tables(shop: AthenaSession) -> None:
    options = ["--endpoint-url", shop.url, "--region", "us-east-1", "--output", "json"]

    def aws(*arguments: str) -> Any:
        command = [sys.executable, "-m", "awscli", *arguments, *options]
        environment = {**os.environ, **CREDENTIALS}
        done = subprocess.run(command, capture_output=True, check=True, env=environment)
        return json.loads(done.stdout)

    catalog = ["--catalog-name", "AwsDataCatalog"]
    listed = aws("athena", "list-table-metadata", *catalog, "--database-name", "shop")
    identity = aws("sts", "get-caller-identity")

    assert [table["Name"] for table in listed["TableMetadataList"]] == [
        "orders",
        "plain",
        "projected",
        "wide",
    ]
    assert identity["Account"] == "000000000000"
