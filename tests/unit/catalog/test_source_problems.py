"""A source that Athena would not read as it is described is refused, with what to write."""

from pathlib import Path

import pytest

from tests.unit.catalog.test_document import assert_told


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "yyyy/MM/dd,",
            "yyyy/MMM/dd,",
            "9: sources.audit.partitions.day.format: 'yyyy/MMM/dd' has MMM; use yyyy, MM, dd, ",
        ),
        (
            "yyyy/MM/dd,",
            "yyyyy/MM/dd,",
            "9: sources.audit.partitions.day.format: 'yyyyy/MM/dd' has yyyyy; use yyyy, MM, dd, ",
        ),
        (
            "yyyy/MM/dd,",
            "yy/MM/dd,",
            "9: sources.audit.partitions.day.format: 'yy/MM/dd' has yy; use yyyy, MM, dd, ",
        ),
        (
            "2024/01/31",
            "2026/02/30",
            "9: sources.audit.partitions.day.range: '2026/02/30' is no date; write a date of the ",
        ),
        (
            "[2024/01/31, NOW]",
            "[2026/02/28, 2026/02/27]",
            "9: sources.audit.partitions.day.range: begins after its end.",
        ),
        (
            "[eu, us]",
            '["eu,us"]',
            "10: sources.audit.partitions.region.values.0: is empty, or has a comma or blanks ",
        ),
        (
            "[eu, us]",
            "[eu, eu]",
            "10: sources.audit.partitions.region.values.1: 'eu' stands twice.",
        ),
        (
            "tenant: account",
            "tenant: day",
            "7: sources.audit.tenant: is a date; a whole number or varchar can be a tenant.",
        ),
        (
            "{type: bigint,",
            '{type: "decimal(99,50)",',
            "14: sources.audit.columns.at.type: 'decimal(99,50)' is not a type; decimal has up to "
            "38 digits, of which s are behind the point.",
        ),
        (
            "{type: bigint,",
            '{type: "decimal(5,6)",',
            "14: sources.audit.columns.at.type: 'decimal(5,6)' is not a type; decimal has up to 38",
        ),
        (
            "{type: bigint,",
            '{type: "varchar(70000)",',
            "14: sources.audit.columns.at.type: 'varchar(70000)' is not a type; varchar has up to ",
        ),
        (
            "{type: bigint,",
            '{type: "char(5, 2)",',
            "14: sources.audit.columns.at.type: ",
        ),
        (
            "versions:",
            "  copy: {database: logs, table: audit, folder: other, tenant: null, columns: "
            "{a: {type: varchar}}}\nversions:",
            "16: sources.copy.table: is that of audit already; the tables of a version may show ",
        ),
        (
            "versions:",
            "  copy: {database: logs, table: other, folder: audit, template: '${day}/${region}/', "
            "tenant: null, columns: {a: {type: varchar}}}\nversions:",
            "16: sources.copy.folder: is that of audit already; the tables of a version may show ",
        ),
        (
            "versions:",
            "  hidden: {database: logs, table: other, tenant: null, columns: "
            "{a: {type: varchar, queryable: false}}}\nversions:",
            "16: sources.hidden.columns: has none that may be queried.",
        ),
    ],
)
def test_a_problem_has_its_line_and_says_what_to_write(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert_told(tmp_path, old, new, problem)
