"""Partition projection finds every folder of a topic, and stays below Athena's limit."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

import pytest

from tests.deploy.glue_tables import (
    CUSTOMERS,
    SOURCES,
    changed,
    create_tables,
    glue_table,
    projection,
    topics_of,
    with_topics,
)
from tests.deploy.stacks import (
    ARCHIVE,
    PAGE,
    parameters_of,
)
from tests.support.archive_files import record, write_records
from tests.support.shared_files import shared_file

pytestmark = pytest.mark.usefixtures("aws")


MOST_PARTITIONS = 1_000_000


def projected_values(properties: Mapping[str, str], level: str) -> list[str]:
    """The values of an integer level, as Athena works them out."""
    first, last = map(int, properties[f"projection.{level}.range"].split(","))
    step = int(properties.get(f"projection.{level}.interval", "1"))
    digits = int(properties[f"projection.{level}.digits"])
    return [f"{value:0{digits}d}" for value in range(first, last + 1, step)]


def projected_topics(properties: Mapping[str, str]) -> list[str]:
    """The values of the level of topics, or one that stands for a location without it."""
    assert properties.get("projection.topic.type", "enum") == "enum"
    return properties.get("projection.topic.values", "").split(",")


def projected_folders(properties: Mapping[str, str], day: str) -> set[str]:
    location = Template(properties["storage.location.template"])
    return {
        location.substitute(topic=topic, dt=day, hr=hour, min=minute)
        for topic in projected_topics(properties)
        for hour in projected_values(properties, "hr")
        for minute in projected_values(properties, "min")
    }


@pytest.mark.parametrize(
    ("customers", "topic"),
    [
        ("", "events"),
        ("11042", "events"),
        ("11042", "events-11042"),
        ("11042,11077,11093", "events-11093"),
    ],
)
def test_every_folder_of_a_day_is_projected(tmp_path: Path, customers: str, topic: str) -> None:
    sources = with_topics(customers)
    create_tables(sources)
    minutes_of_two_days = (record(number, 11000) for number in range(2 * 1440))
    write_records(tmp_path, topic, minutes_of_two_days)

    properties = projection(sources["events"])
    for day in ("2026-11-20", "2026-11-21"):
        written = _folders(tmp_path / topic / f"dt={day}", tmp_path)
        assert written
        assert written <= projected_folders(properties, day)


def test_every_folder_of_real_events_is_projected() -> None:
    archive = shared_file("data/real_events")
    create_tables(changed(**{"min.interval": 10, "dt.range": ["2015-01-01", "NOW"]}))

    properties = projection(SOURCES["events"])
    days = sorted((archive / "events").iterdir())
    assert properties["projection.dt.range"].split(",")[0] <= days[0].name.removeprefix("dt=")
    for day in days:
        assert _folders(day, archive) <= projected_folders(properties, day.name.removeprefix("dt="))


def _folders(day: Path, root: Path) -> set[str]:
    return {f"s3://the-archive/{file.parent.relative_to(root)}/" for file in day.rglob("*.gz")}


@pytest.mark.parametrize("customers", CUSTOMERS)
@pytest.mark.parametrize("name", SOURCES)
def test_a_table_looks_into_the_topics_of_its_customers_and_no_others(
    name: str, customers: str
) -> None:
    sources = with_topics(customers)
    create_tables(sources, ArchivePath="raw/")

    topics = topics_of(SOURCES[name], customers)
    folders = projected_folders(projection(sources[name]), "2026-11-20")
    assert len(folders) == len(topics) * 1440
    assert {folder.split("/dt=")[0] for folder in folders} == {
        f"s3://the-archive/raw/{topic}" for topic in topics
    }


def test_without_customers_a_table_has_no_topic() -> None:
    create_tables()

    for source in SOURCES.values():
        assert "topic" not in json.dumps(glue_table(source)["Parameters"])


@pytest.mark.parametrize("step", [1, 5, 10, 15, 20, 30])
def test_a_query_over_all_days_stays_below_the_limit_of_partitions(step: int) -> None:
    create_tables(changed(**{"min.interval": step}))

    properties = projection(SOURCES["events"])
    first, last = properties["projection.dt.range"].split(",")
    assert last == "NOW"
    found = re.fullmatch(r"NOW-(\d+)DAYS", first)
    assert found is not None
    days = int(found[1]) + 1
    assert days > int(parameters_of(ARCHIVE)["GlacierAfterDays"]["Default"])
    partitions_a_day = len(projected_folders(properties, "2026-11-20"))
    assert partitions_a_day == 1440 // step
    assert days * partitions_a_day < MOST_PARTITIONS


@pytest.mark.parametrize("customers", CUSTOMERS)
def test_the_page_keeps_queries_below_the_limit_of_partitions(customers: str) -> None:
    source = with_topics(customers)["events"]
    create_tables({"events": source})

    partitions_a_day = len(projected_folders(projection(source), "2026-11-20"))
    rows = dict(re.findall(r"^\| (\d) \| [\d,]+ \| (\d+) \|$", PAGE, re.M))
    most_days = int(rows[str(len(topics_of(SOURCES["events"], customers)) - 1)])

    def most_partitions(days: int) -> int:
        # The guard adds an hour before the first, and a range that ends now reads today to its end.
        return (days * 24 + 25) * partitions_a_day // 24

    assert most_partitions(most_days) <= MOST_PARTITIONS < most_partitions(most_days + 1)
