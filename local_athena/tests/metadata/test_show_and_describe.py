"""SHOW and DESCRIBE: lines, columns and refusals as recorded from Athena."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import assert_invalid_request, refused
from tests.metadata.test_operations import ENTITY_NOT_FOUND

if TYPE_CHECKING:
    from tests.clients import AthenaSession

SHOP: dict[str, Any] = {"QueryExecutionContext": {"Database": "shop"}}


def lines(session: AthenaSession, sql: str) -> list[str]:
    """The lines of the result; each is one value, and the file is the lines."""
    execution = session.run(sql, **SHOP)
    assert execution["Status"].get("StateChangeReason") is None
    assert execution["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    page = session.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = [row["Data"] for row in page["ResultSet"]["Rows"]]
    texts = [value["VarCharValue"] for (value,) in rows]
    assert session.result_file(execution).decode() == "\n".join(texts)
    return texts


@pytest.mark.parametrize(
    ("sql", "substatement", "columns", "update_count"),
    [
        ("DESCRIBE plain", "DESCRIBE_TABLE", ["col_name", "data_type", "comment"], None),
        ("DESC plain", "DESCRIBE_TABLE", ["col_name", "data_type", "comment"], None),
        ("SHOW COLUMNS IN plain", "SHOW_COLUMNS", ["field"], 0),
        ("SHOW CREATE TABLE plain", "SHOW_CREATE_TABLE", ["createtab_stmt"], None),
        ("SHOW DATABASES", "SHOW_DATABASES", ["database_name"], 0),
        ("SHOW SCHEMAS", "SHOW_DATABASES", ["database_name"], 0),
        ("SHOW PARTITIONS plain", "SHOW_PARTITIONS", ["partition"], 0),
        ("SHOW TABLES", "SHOW_TABLES", ["tab_name"], 0),
        ("SHOW TBLPROPERTIES orders", "SHOW_TABLE_PROPERTIES", ["prpt_name", "prpt_value"], 0),
        ("SHOW VIEWS", "SHOW_VIEWS", ["views"], 0),
    ],
)
def test_a_statement_is_a_utility_with_columns_of_its_own(
    shop: AthenaSession, sql: str, substatement: str, columns: list[str], update_count: int | None
) -> None:
    execution = shop.run(sql, **SHOP)
    page = shop.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])

    infos = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    kind = "varchar" if substatement == "SHOW_VIEWS" else "string"
    assert (execution["StatementType"], execution["SubstatementType"]) == ("UTILITY", substatement)
    assert [(info["Name"], info["Type"], info["Precision"]) for info in infos] == [
        (name, kind, 0) for name in columns
    ]
    assert page.get("UpdateCount") == update_count
    assert execution["Statistics"]["DataScannedInBytes"] == 0


def test_describe_pads_fields_and_repeats_partition_keys(shop: AthenaSession) -> None:
    described = lines(shop, "DESCRIBE plain")

    key = f"{'p':20}\t{'string':20}\t{'':20}"
    assert described == [
        f"{'n':20}\t{'int':20}\t{'':20}",
        key,
        "\t \t ",
        "# Partition Information\t \t ",
        "# col_name            \tdata_type           \tcomment             ",
        "\t \t ",
        key,
    ]
    # The size that Athena's file of such a table has.
    assert len("\n".join(described)) == 291


def test_describe_cuts_no_name_and_ends_a_comment_at_its_tab(shop: AthenaSession) -> None:
    assert lines(shop, "DESCRIBE wide") == [
        "a_name_of_19_letters\tdecimal(10,2)       \ta",
        "a_name_longer_than_twenty\ttimestamp           \ta comment longer than twenty",
    ]


def test_the_columns_of_json_come_from_the_deserializer(shop: AthenaSession) -> None:
    comments = [line.split("\t")[2].strip() for line in lines(shop, "DESCRIBE orders")[:4]]

    assert comments == ["from deserializer", "from deserializer", "the day", ""]


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW COLUMNS FROM plain",
        "SHOW COLUMNS IN shop.plain",
        "show columns from plain in shop",
        "SHOW COLUMNS IN awsdatacatalog.shop.`plain`;",
        "-- a comment\nSHOW /* another */ COLUMNS IN PLAIN",
    ],
)
def test_columns_are_shown_in_every_spelling(shop: AthenaSession, sql: str) -> None:
    assert lines(shop, sql) == [f"{'n':20}", f"{'p':20}"]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SHOW TABLES", ["orders", "plain", "projected", "wide"]),
        ("SHOW TABLES IN shop", ["orders", "plain", "projected", "wide"]),
        ("SHOW TABLES FROM `SHOP`", ["orders", "plain", "projected", "wide"]),
        ("SHOW TABLES IN default", []),
        ("SHOW TABLES 'p*'", ["plain", "projected"]),
        ("SHOW TABLES IN shop LIKE 'P*'", ["plain", "projected"]),
        ("SHOW TABLES 'p.*'", ["plain", "projected"]),
        ("SHOW TABLES 'plain|wide'", ["plain", "wide"]),
        ("SHOW TABLES 'lain'", []),
        ("SHOW VIEWS IN shop LIKE '*'", []),
        ("SHOW DATABASES", ["default", "shop"]),
        ("SHOW SCHEMAS LIKE '*'", ["default", "shop"]),
        ("SHOW DATABASES LIKE 'shop'", ["shop"]),
        ("SHOW DATABASES LIKE 'sh.*'", ["shop"]),
        ("SHOW DATABASES LIKE 'sh*'", []),
        ("SHOW DATABASES LIKE 'SHOP'", []),
        ("SHOW DATABASES LIKE 'sh%'", []),
    ],
)
def test_names_are_listed_by_pattern(shop: AthenaSession, sql: str, names: list[str]) -> None:
    assert lines(shop, sql) == names


def test_partitions_are_those_in_the_folder(shop: AthenaSession) -> None:
    assert lines(shop, "SHOW PARTITIONS orders") == [
        "day=2026-03-01/hr=10",
        "day=2026-03-01/hr=9",
        "day=2026-03-02/hr=9",
        "day=a b/hr=9",
    ]
    assert lines(shop, "SHOW PARTITIONS plain") == []


def test_a_projection_registers_no_partition(shop: AthenaSession) -> None:
    assert lines(shop, "SHOW PARTITIONS projected") == []


def test_properties_are_listed_or_asked_for(shop: AthenaSession) -> None:
    assert lines(shop, "SHOW TBLPROPERTIES orders") == ["zebra\t1", "EXTERNAL\tTRUE", "Apple\t2"]
    assert lines(shop, "SHOW TBLPROPERTIES orders ('Apple')") == ["2"]
    assert lines(shop, "SHOW TBLPROPERTIES orders('nope')") == [
        "Table shop.orders does not have property: nope"
    ]


def test_the_statement_that_creates_a_table_is_that_of_hive(shop: AthenaSession) -> None:
    assert lines(shop, "SHOW CREATE TABLE shop.orders") == [
        "CREATE EXTERNAL TABLE `shop.orders`(",
        "  `id` bigint COMMENT 'from deserializer', ",
        "  `total` double COMMENT 'from deserializer')",
        r"COMMENT 'it\'s\; all'",
        "PARTITIONED BY ( ",
        "  `day` string COMMENT 'the day', ",
        "  `hr` int)",
        "ROW FORMAT SERDE ",
        "  'org.openx.data.jsonserde.JsonSerDe' ",
        "WITH SERDEPROPERTIES ( ",
        "  'case.insensitive'='FALSE', ",
        "  'mapping.total'='Total') ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.mapred.TextInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION",
        "  's3://lake/orders/'",
        "TBLPROPERTIES (",
        "  'Apple'='2', ",
        "  'zebra'='1')",
    ]


def test_long_answers_are_paged(shop: AthenaSession) -> None:
    query_id = shop.run("SHOW CREATE TABLE orders", **SHOP)["QueryExecutionId"]
    paginator = shop.athena.get_paginator("get_query_results")

    pages = list(paginator.paginate(QueryExecutionId=query_id, PaginationConfig={"PageSize": 8}))

    sizes = [len(page["ResultSet"]["Rows"]) for page in pages]
    assert sizes == [8, 8, 5]


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE missing",
        "DESC missing.plain",
        "SHOW COLUMNS IN missing",
        "DESCRIBE other.shop.plain",
    ],
)
def test_a_missing_target_is_refused_before_anything_starts(shop: AthenaSession, sql: str) -> None:
    response = refused(shop.start, sql=sql, **SHOP)

    assert response["AthenaErrorCode"] == "INVALID_INPUT"
    assert ENTITY_NOT_FOUND.fullmatch(response["Error"]["Message"])


@pytest.mark.parametrize(
    ("sql", "substatement", "reason"),
    [
        (
            "SHOW TABLES IN missing",
            "SHOW_TABLES",
            "[Error 10072]: Database does not exist: missing",
        ),
        (
            "SHOW CREATE TABLE missing",
            "SHOW_CREATE_TABLE",
            "[Error 10001]: Table not found missing",
        ),
        ("SHOW CREATE VIEW plain", "SHOW_CREATE_VIEW", "[Error 10001]: Table not found plain"),
        (
            "SHOW PARTITIONS wide",
            "SHOW_PARTITIONS",
            "[Error 10241]: Table wide is not a partitioned table",
        ),
    ],
)
def test_what_hive_does_not_find_fails(
    shop: AthenaSession, sql: str, substatement: str, reason: str
) -> None:
    execution = shop.run(sql, **SHOP)

    status = execution["Status"]
    assert status["StateChangeReason"] == f"FAILED: SemanticException {reason}"
    assert (status["AthenaError"]["ErrorCategory"], status["AthenaError"]["ErrorType"]) == (2, 1301)
    assert execution["SubstatementType"] == substatement


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SHOW TABLES LIKE", "line 1:17: mismatched input '<EOF>'. Expecting: <string>"),
        ("DESCRIBE", "line 1:9: mismatched input '<EOF>'. Expecting: <identifier>"),
        ("DESCRIBE\nplain )", "line 2:7: mismatched input ')'. Expecting: <EOF>"),
        ("SHOW COLUMNS plain", "line 1:14: mismatched input 'plain'. Expecting: 'FROM'"),
    ],
)
def test_what_does_not_parse_is_refused(shop: AthenaSession, sql: str, message: str) -> None:
    assert_invalid_request(refused(shop.start, sql=sql, **SHOP), "MALFORMED_QUERY", message)


@pytest.mark.parametrize(
    "sql", ["SHOW SESSION", "SHOW STATS FOR plain", "SHOW FUNCTIONS", "DESCRIBE INPUT p"]
)
def test_what_is_not_known_here_is_not_supported(shop: AthenaSession, sql: str) -> None:
    reason = shop.run(sql, **SHOP)["Status"]["StateChangeReason"]

    assert reason.startswith("NOT_SUPPORTED: ")


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE EXTENDED plain",
        "desc formatted shop.plain",
        "DESCRIBE plain n",
        "DESCRIBE plain PARTITION (p = 'a')",
        "-- a comment\nDESCRIBE plain n.$elem$",
    ],
)
def test_other_forms_of_describe_are_not_supported(shop: AthenaSession, sql: str) -> None:
    execution = shop.run(sql, **SHOP)

    assert (execution["StatementType"], execution["SubstatementType"]) == (
        "UTILITY",
        "DESCRIBE_TABLE",
    )
    assert execution["Status"]["StateChangeReason"] == (
        "NOT_SUPPORTED: Of DESCRIBE, this endpoint has the form without EXTENDED, FORMATTED, "
        "PARTITION or column"
    )
