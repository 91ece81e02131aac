"""A column that its source does not allow is refused with its line, and what to write."""

from pathlib import Path

import pytest

from tests.unit.catalog.test_document import FILE, problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "path: $.user.name",
            "path: $.at, type: varchar, time: {unit: ms}",
            "25: versions.v3.tables.audit.columns.user.time: the unit ms does not go with the type "
            "varchar; it goes with bigint, double, integer, smallint, timestamp, tinyint.",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {regoin: [eu]}",
            "25: versions.v3.tables.audit.columns.user.when.regoin: 'regoin' is no column of the "
            "source; did you mean 'region'?",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {secret: [eu]}",
            "25: versions.v3.tables.audit.columns.user.when.secret: 'secret' may not be queried.",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {at: [eu]}",
            "25: versions.v3.tables.audit.columns.user.when.at: is bigint; write whole numbers.",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {region: [1]}",
            "25: versions.v3.tables.audit.columns.user.when.region: is varchar; write texts in ",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {region: [true]}",
            "25: versions.v3.tables.audit.columns.user.when.region.0: write a text or a whole ",
        ),
        (
            "path: $.user.name",
            "path: $.at, when: {region: []}",
            "25: versions.v3.tables.audit.columns.user.when.region: has too few values.",
        ),
        (
            "from: payload, path: $.user.name",
            "expression: upper(payload)",
            "25: versions.v3.tables.audit.columns.user.type: is missing: the type that the ",
        ),
        (
            "path: $.user.name",
            "expression: upper(payload), type: varchar",
            "25: versions.v3.tables.audit.columns.user.from: an expression names its columns ",
        ),
        (
            "from: payload, path: $.user.name",
            "expression: upper(paylod), type: varchar",
            "25: versions.v3.tables.audit.columns.user.expression: 'paylod' is no column of the "
            "source; did you mean 'payload'?",
        ),
        (
            "from: payload, path: $.user.name",
            "expression: upper(secret), type: varchar",
            "25: versions.v3.tables.audit.columns.user.expression: 'secret' may not be queried.",
        ),
        (
            "from: payload, path: $.user.name",
            "expression: uper(payload), type: varchar",
            "25: versions.v3.tables.audit.columns.user.expression: the function 'uper' may not be "
            "called here; did you mean 'upper'?",
        ),
        (
            "from: payload, path: $.user.name",
            'expression: "at > 0", type: timestamp',
            "25: versions.v3.tables.audit.columns.user.expression: gives boolean, which does not "
            "become timestamp.",
        ),
        (
            "from: payload, path: $.user.name",
            "expression: payload, type: timestamp, time: {unit: iso8601, greatest_delay: 1}",
            "25: versions.v3.tables.audit.columns.user.time.greatest_delay: write a number of ",
        ),
        (
            "from: payload, path: $.user.name",
            'expression: "at + 1", type: timestamp, time: {unit: iso8601}',
            "25: versions.v3.tables.audit.columns.user.expression: gives bigint; the unit iso8601 "
            "needs varchar.",
        ),
    ],
)
def test_a_problem_has_its_line_and_says_what_to_write(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert FILE.count(old) == 1

    found = problems(tmp_path, FILE.replace(old, new))

    assert any(line.startswith(problem) for line in found), found
