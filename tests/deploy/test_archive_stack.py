"""How long the archive is kept, and that customers may have policies of their own."""

import re
from typing import Any

import pytest

from tests.deploy.glue_tables import CUSTOMERS, SOURCES, topics_of
from tests.deploy.stacks import (
    ARCHIVE,
    client,
    create_stack,
    parameters_of,
)

pytestmark = pytest.mark.usefixtures("aws")


def lifecycle(bucket: str) -> list[dict[str, Any]]:
    return list(client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"])


def kept_days(bucket: str) -> dict[str, tuple[int, int]]:
    """Days until Glacier and until deletion, by prefix."""
    return {
        rule["Filter"]["Prefix"]: (rule["Transitions"][0]["Days"], rule["Expiration"]["Days"])
        for rule in lifecycle(bucket)
        if "Transitions" in rule
    }


def test_the_archive_is_kept_a_year_in_s3_and_seven_in_all() -> None:
    create_stack(ARCHIVE, DataBucket="the-archive")

    assert kept_days("the-archive") == {
        f"{source.folder}/": (365, 2555) for source in SOURCES.values()
    }


CUSTOMER_POLICIES = [name for name in parameters_of(ARCHIVE) if name.startswith("CustomerPolicy")]


@pytest.mark.parametrize("parameter", CUSTOMER_POLICIES)
def test_a_customer_may_have_a_policy_of_its_own(parameter: str) -> None:
    create_stack(
        ARCHIVE,
        DataBucket="the-archive",
        ArchivePath="raw/",
        GlacierAfterDays="30",
        ExpireAfterDays="90",
        **{parameter: "events-11042/,730,3650"},
    )

    assert kept_days("the-archive") == {
        "raw/events/": (30, 90),
        "raw/metrics/": (30, 90),
        "raw/logs/": (30, 90),
        "raw/events-11042/": (730, 3650),
    }


def test_all_topics_of_as_many_customers_as_a_table_takes_may_have_a_policy() -> None:
    topics = [topic for source in SOURCES.values() for topic in topics_of(source, CUSTOMERS[-1])]
    own = {topic for topic in topics if "-" in topic}
    policies = zip(CUSTOMER_POLICIES, (f"{topic}/,10,20" for topic in own), strict=True)
    create_stack(ARCHIVE, DataBucket="the-archive", **dict(policies))

    assert set(kept_days("the-archive")) == {f"{topic}/" for topic in topics}


@pytest.mark.parametrize(
    ("topic", "kept"),
    [
        ("events", [(365, 2555)]),
        ("metrics", [(365, 2555)]),
        ("logs", [(365, 2555)]),
        ("events-11042", [(730, 3650)]),
        ("metrics-11042", [(30, 90)]),
        # Without a policy: neither the standard rule nor that of another customer is for it.
        ("events-110421", []),
    ],
)
def test_a_file_falls_under_the_rule_of_its_topic_alone(
    topic: str, kept: list[tuple[int, int]]
) -> None:
    create_stack(
        ARCHIVE,
        DataBucket="the-archive",
        CustomerPolicy1="events-11042/,730,3650",
        CustomerPolicy2="metrics-11042/,30,90",
    )

    file = f"{topic}/dt=2026-11-20/hr=05/min=07/1_0_00000000000000000000.json.gz"
    rules = kept_days("the-archive").items()
    assert [days for prefix, days in rules if file.startswith(prefix)] == kept


@pytest.mark.parametrize("parameter", CUSTOMER_POLICIES)
@pytest.mark.parametrize(
    "policy",
    [
        "events-11042/,0,5",
        "events-11042/,1",
        "events-11042/,1,5,",
        "events-11042,1,5",
        "events-11042/dt=2026-11-20/,1,5",
        "events-*/,1,5",
        "events-/,1,5",
        "events/,1,5",
        "/,1,5",
        "raw/events-11042/,1,5",
        "customer-11042/,1,5",
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(parameter: str, policy: str) -> None:
    pattern = parameters_of(ARCHIVE)[parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, "events-11042/,30,90")
    assert re.fullmatch(pattern, "metrics-acme_1/,30,90")
    assert not re.fullmatch(pattern, policy)


def test_a_bucket_that_is_imported_has_no_rules_at_first() -> None:
    create_stack(ARCHIVE, DataBucket="the-archive", ApplyLifecycle="false")

    with pytest.raises(client("s3").exceptions.ClientError, match="NoSuchLifecycle"):
        lifecycle("the-archive")
