"""A table that was made from a source is discovered as that source, whatever its levels are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_hist.catalog.column_types import athena_type, hive_type
from data_hist.catalog.discovery.catalog_text import render_catalog
from data_hist.catalog.discovery.discover_table import UndescribedTableError, describe_table
from data_hist.catalog.document import load_document, parse_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.glue_comparison import compare_with_table
from data_hist.catalog.sources import Source
from tests.support.table_metadata import table_metadata

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARCHIVE = "s3://the-archive/raw/"
LEVELS: dict[str, dict[str, Any]] = {
    "days": {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]},
    "hours": {"projection": "date", "format": "yyyyMMddHH", "range": ["2026010100", "NOW+1HOUR"]},
    "weeks": {
        "projection": "date",
        "format": "yyyy/MM/dd",
        "range": ["2026/01/05", "NOW"],
        "interval": 1,
        "unit": "WEEKS",
    },
    "date": {
        "type": "date",
        "projection": "date",
        "format": "yyyy-MM-dd",
        "range": ["2026-01-01", "2026-12-31"],
    },
    "numbers": {"projection": "integer", "range": [0, 900], "interval": 15, "digits": 3},
    "shards": {"type": "bigint", "projection": "integer", "range": [-1, 7]},
    "enum": {"projection": "enum", "values": ["eu-west-1", "NULL", "a b"]},
    "injected": {"projection": "injected"},
}
Rows = Sequence[Sequence[str | None]]


def source_with(levels: dict[str, dict[str, Any]], **further: object) -> Source:
    columns: dict[str, object] = {"at": {"type": "bigint", "key": "At"}, "b": {"type": "varchar"}}
    fields = {"database": "db", "table": "t", "folder": "a/b", "tenant": None, "columns": columns}
    return Source.model_validate(fields | {"partitions": levels} | further)


class Engine:
    """Answers queries with one result after the other, and records them."""

    def __init__(self, *results: Rows) -> None:
        self._results = list(results)
        self.asked: list[str] = []

    def run(self, sql: str) -> Rows:
        self.asked.append(sql)
        return self._results.pop(0) if self._results else []


def discovered(table: dict[str, Any], engine: Engine | None = None) -> tuple[Source, str]:
    found = describe_table("db", table, (engine or Engine()).run, NOW)
    text = render_catalog("db", [found])
    return parse_document(text, Path("catalog.yaml")).sources["t"], text


@pytest.mark.parametrize(
    "source",
    [
        *(source_with({"level": level}) for level in LEVELS.values()),
        source_with(LEVELS),
        source_with({}),
        source_with({"dt": LEVELS["days"], "z": LEVELS["enum"]}, template="${dt}/x-${z}"),
        source_with({"dt": LEVELS["days"]}, folder="", format="parquet"),
        source_with({}, serde={"case.insensitive": "FALSE", "dots.in.keys": "true"}),
        source_with(
            {},
            columns={
                "user-agent": {"type": "varchar"},
                "order": {"type": "decimal(10,2)"},
                "pair": {"type": 'row(a integer, "B c" map(varchar, array(double)))'},
            },
        ),
        *load_document().sources.values(),
    ],
)
def test_source_that_a_table_was_made_from(source: Source) -> None:
    if source.format == "parquet":
        columns = {name: of.model_copy(update={"key": None}) for name, of in source.columns.items()}
        source = source.model_copy(update={"columns": columns})
    table = table_metadata(source, ARCHIVE)

    found = describe_table(source.database, table, Engine().run, NOW)
    text = render_catalog(source.database, [found])
    back = parse_document(text, Path("catalog.yaml")).sources[found.name]

    plain = {"description": "", "examples": ()}
    columns = {name: of.model_copy(update=plain) for name, of in source.columns.items()}
    levels = {name: of.model_copy(update=plain) for name, of in source.partitions.items()}
    bare = source.model_copy(update={"description": "", "columns": columns, "partitions": levels})
    assert glue_documents({"t": back}, "") == glue_documents({"t": bare}, ARCHIVE)
    assert list(compare_with_table("t", back, table)) == []


def test_sample_is_of_the_last_days_and_widened_once() -> None:
    engine = Engine([], [["1795174200000", None, "2026-11-15"]])

    source, text = discovered(table_metadata(source_with({"dt": LEVELS["days"]}), ARCHIVE), engine)

    assert engine.asked == [
        f"""SELECT "at", "b", "dt" FROM "db"."t" WHERE "dt" >= '{day}' LIMIT 500"""
        for day in ("2026-11-17", "2026-10-20")
    ]
    assert source.columns["at"].time is None
    assert "No time column (unit ms): up to 4 days after the end of the folder's time" in text


def test_levels_without_a_time_do_not_bound_the_sample() -> None:
    engine = Engine([["1795174200000", "x", "eu-west-1"]])

    source, text = discovered(table_metadata(source_with({"z": LEVELS["enum"]}), ARCHIVE), engine)

    assert engine.asked == ['SELECT "at", "b", "z" FROM "db"."t" LIMIT 500']
    assert source.columns["at"].time is not None
    assert "From 1 records." in text


def test_empty_sample_is_told() -> None:
    engine = Engine()

    _, text = discovered(table_metadata(source_with({"dt": LEVELS["days"]}), ARCHIVE), engine)

    assert len(engine.asked) == 2
    assert "the sample was empty" in text


def test_level_that_has_to_be_given_is_not_asked_for() -> None:
    engine = Engine()

    _, text = discovered(table_metadata(source_with({"z": LEVELS["injected"]}), ARCHIVE), engine)

    assert engine.asked == []
    assert "each query has to give z" in text
    assert "examples:" not in text


def test_registered_partitions_are_proposed_as_levels() -> None:
    table = table_metadata(source_with({"dt": LEVELS["date"], "hr": LEVELS["numbers"]}), ARCHIVE)
    table["Parameters"] = {
        key: value for key, value in table["Parameters"].items() if "projection" not in key
    }
    row = ["1795174200000", "x", "2026-11-20", "07"]

    source, text = discovered(table, Engine([row]))

    assert [(each.projection, each.type) for each in source.partitions.values()] == [
        ("injected", "date"),
        ("injected", "varchar"),
    ]
    assert "Athena reads the partitions that are registered" in text
    assert "projection: date, format: yyyy-MM-dd, range:" in text
    assert "dt = date '2026-11-20' AND hr = '07'" in text


@pytest.mark.parametrize(
    "properties",
    [
        {"format": "dd MMM yyyy"},
        {"format": "yyyy-DDD"},
        {"range": "NOW"},
        {"range": "2026-01-01,soon"},
        {"interval": "x"},
        {"interval.unit": "MILLIS"},
        {"type": "other"},
    ],
)
def test_projection_that_a_catalog_cannot_say_prunes_nothing(properties: dict[str, str]) -> None:
    table = table_metadata(source_with({"dt": LEVELS["days"]}), ARCHIVE)
    table["Parameters"] |= {f"projection.dt.{key}": value for key, value in properties.items()}

    source, text = discovered(table)

    assert source.partitions["dt"].projection == "injected"
    assert "Projected as a catalog cannot say it" in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"TableType": "VIRTUAL_VIEW"}, "is a view; name the table that it reads"),
        ({"Parameters": {"table_type": "ICEBERG"}}, "is ICEBERG; a catalog describes JSON"),
        ({"Parameters": {"serde.serialization.lib": "a.OrcSerde"}}, "is read with a.OrcSerde; "),
        ({"PartitionKeys": [{"Name": "c", "Type": "char(3)"}]}, "cannot have: c of type char"),
        ({"Columns": [{"Name": "c", "Type": "uniontype<int>"}]}, "has no columns that a catalog"),
        ({"Name": "1st"}, "has a name that a catalog cannot have"),
    ],
)
def test_tables_that_a_catalog_cannot_have(change: dict[str, Any], reason: str) -> None:
    table = table_metadata(source_with({}), ARCHIVE) | change

    with pytest.raises(UndescribedTableError, match=reason):
        describe_table("db", table, Engine().run, NOW)


def test_columns_that_a_catalog_cannot_have_are_told() -> None:
    table = table_metadata(source_with({}), ARCHIVE)
    table["Columns"] = [
        *table["Columns"],
        {"Name": "$x", "Type": "string"},
        {"Name": "u", "Type": "uniontype<int,string>"},
    ]

    source, text = discovered(table)

    assert list(source.columns) == ["at", "b"]
    assert "'$x', u (uniontype<int,string>)." in text


@pytest.mark.parametrize(
    ("hive", "athena"),
    [
        ("int", "integer"),
        ("decimal", "decimal(10,0)"),
        ("decimal(10,2)", "decimal(10,2)"),
        ("STRING", "varchar"),
        ("varchar(9)", "varchar(9)"),
        ("array<map<string,int>>", "array(map(varchar, integer))"),
        ("struct<a:decimal(3,1),b c:float>", 'row(a decimal(3,1), "b c" real)'),
    ],
)
def test_types_of_hive(hive: str, athena: str) -> None:
    assert athena_type(hive) == athena
    assert athena_type(hive_type(athena)) == athena


def test_columns_of_one_key_keep_their_types() -> None:
    columns = {"a": {"type": "bigint", "key": "k"}, "b": {"type": "varchar", "key": "k"}}
    table = table_metadata(source_with({}, columns=columns), ARCHIVE)

    source, _ = discovered(table, Engine([["1", "1"]]))

    assert {name: (of.type, of.key) for name, of in source.columns.items()} == {
        "a": ("bigint", "k"),
        "b": ("varchar", "k"),
    }
