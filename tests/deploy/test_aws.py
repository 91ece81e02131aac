"""The CloudFormation templates: valid, in step with the code, and right about Secor's folders."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

import boto3
import pytest
from cfnlint.api import lint
from cfnlint.decode import decode
from moto import mock_aws
from pydantic import SecretStr

from data_hist.athena import AthenaClient
from data_hist.catalog import Table, load_catalog
from data_hist.settings import PREFIX, Settings, load_settings
from tests.deploy.stacks import (
    ACCOUNT,
    ARCHIVE,
    REGION,
    REQUIRED,
    ROOT,
    SERVICE,
    client,
    create_stack,
    parameters_of,
)
from tests.deploy.test_deployment_page import PAGE
from tests.support.archive_files import record, write_records
from tests.support.shared_files import shared_file
from tests.test_conventions import SCHEMAS

VERSION = load_catalog().versions["v0"]
ENDPOINTS = ROOT / "deploy/aws/endpoints.yaml"
GLUE_TYPES = {"varchar": "string", "bigint": "bigint"}
MOST_PARTITIONS = 1_000_000
# Customers with topics of their own: none, some, as many as there may be.
CUSTOMERS = ["", "11042", "11042,11077", "11042,11077,11093"]


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def glue_table(table: Table) -> dict[str, Any]:
    found = client("glue").get_table(DatabaseName=VERSION.database, Name=table.physical_name)
    return dict(found["Table"])


def projection(table: Table) -> dict[str, str]:
    return dict(glue_table(table)["Parameters"])


def topics_of(table: Table, customers: str) -> list[str]:
    own = [f"{table.folder}-{customer}" for customer in customers.split(",") if customer]
    return [table.folder, *own]


@pytest.mark.parametrize("template", [SERVICE, ARCHIVE, ENDPOINTS], ids=lambda path: path.name)
def test_templates_are_valid(template: Path) -> None:
    assert lint(template.read_text(), regions=[REGION]) == []


def test_tables_are_those_of_the_data_dictionary() -> None:
    create_stack(SERVICE, **REQUIRED)

    made = client("glue").get_tables(DatabaseName=VERSION.database)["TableList"]
    assert {table["Name"] for table in made} == {
        table.physical_name for table in VERSION.tables.values()
    }


@pytest.mark.parametrize("customers", CUSTOMERS)
@pytest.mark.parametrize("table", VERSION.tables.values(), ids=VERSION.tables)
def test_columns_are_those_of_the_data_dictionary(table: Table, customers: str) -> None:
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)

    made = glue_table(table)
    stored = [column for column in table.columns if not column.partition]
    assert _names_and_types(made["StorageDescriptor"]["Columns"]) == [
        (column.name, GLUE_TYPES[column.type]) for column in stored
    ]
    topic = [("topic", "string")] if customers else []
    assert _names_and_types(made["PartitionKeys"]) == [
        *((column.name, GLUE_TYPES[column.type]) for column in table.partition_columns),
        *topic,
    ]
    assert "topic" not in {column.name for column in table.columns}


def _names_and_types(columns: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(column["Name"], column["Type"]) for column in columns]


def test_the_default_database_has_no_tables() -> None:
    create_stack(SERVICE, **REQUIRED)

    name = Settings.model_fields["default_database"].default
    assert client("glue").get_tables(DatabaseName=name)["TableList"] == []


@pytest.mark.parametrize("table", VERSION.tables.values(), ids=VERSION.tables)
@pytest.mark.parametrize(
    ("parameters", "folder"),
    [
        ({}, "s3://the-archive/{}/dt=2026-11-20/hr=05/min=07/"),
        ({"ArchivePath": "raw/v1/"}, "s3://the-archive/raw/v1/{}/dt=2026-11-20/hr=05/min=07/"),
        (
            {"DayPrefix": "", "HourPrefix": "h", "MinutePrefix": "m="},
            "s3://the-archive/{}/2026-11-20/h05/m=07/",
        ),
    ],
)
def test_location_is_where_secor_writes(
    table: Table, parameters: dict[str, str], folder: str
) -> None:
    create_stack(SERVICE, **REQUIRED, **parameters)

    location = Template(projection(table)["storage.location.template"])
    assert location.substitute(dt="2026-11-20", hr="05", min="07") == folder.format(table.folder)
    assert folder.format(table.folder).startswith(
        glue_table(table)["StorageDescriptor"]["Location"]
    )


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
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)
    minutes_of_two_days = (record(number, 11000) for number in range(2 * 1440))
    write_records(tmp_path, topic, minutes_of_two_days)

    properties = projection(VERSION.tables["events"])
    for day in ("2026-11-20", "2026-11-21"):
        written = _folders(tmp_path / topic / f"dt={day}", tmp_path)
        assert written
        assert written <= projected_folders(properties, day)


def test_every_folder_of_real_events_is_projected() -> None:
    archive = shared_file("data/real_events")
    create_stack(SERVICE, **REQUIRED, MinuteStep="10", FirstDay="2015-01-01")

    properties = projection(VERSION.tables["events"])
    days = sorted((archive / "events").iterdir())
    assert properties["projection.dt.range"].split(",")[0] <= days[0].name.removeprefix("dt=")
    for day in days:
        assert _folders(day, archive) <= projected_folders(properties, day.name.removeprefix("dt="))


def _folders(day: Path, root: Path) -> set[str]:
    return {f"s3://the-archive/{file.parent.relative_to(root)}/" for file in day.rglob("*.gz")}


@pytest.mark.parametrize("customers", CUSTOMERS)
@pytest.mark.parametrize("table", VERSION.tables.values(), ids=VERSION.tables)
def test_a_table_looks_into_the_topics_of_its_customers_and_no_others(
    table: Table, customers: str
) -> None:
    create_stack(SERVICE, **REQUIRED, ArchivePath="raw/", CustomerTopics=customers)

    topics = topics_of(table, customers)
    folders = projected_folders(projection(table), "2026-11-20")
    assert len(folders) == len(topics) * 1440
    assert {folder.split("/dt=")[0] for folder in folders} == {
        f"s3://the-archive/raw/{topic}" for topic in topics
    }


def test_without_customers_a_table_has_no_topic() -> None:
    create_stack(SERVICE, **REQUIRED)

    for table in VERSION.tables.values():
        assert "topic" not in json.dumps(glue_table(table), default=str)


@pytest.mark.parametrize("customers", [*CUSTOMERS, "acme_1", "1104,11042", "11042,1104"])
def test_customers_with_topics_may_be_listed(customers: str) -> None:
    assert re.fullmatch(parameters_of(SERVICE)["CustomerTopics"]["AllowedPattern"], customers)


@pytest.mark.parametrize(
    "customers",
    [
        "11042,",
        ",11042",
        "11042,,11077",
        "11042, 11077",
        "11042/",
        "*",
        "?1042",
        "${dt}",
        "11042,11042",
        "11042,11077,11042",
        "11042,11077,11077",
        "11042,11077,11093,11094",
    ],
)
def test_customers_that_make_no_sense_are_refused(customers: str) -> None:
    assert not re.fullmatch(parameters_of(SERVICE)["CustomerTopics"]["AllowedPattern"], customers)


@pytest.mark.parametrize("step", parameters_of(SERVICE)["MinuteStep"]["AllowedValues"])
def test_a_query_over_all_days_stays_below_the_limit_of_partitions(step: int) -> None:
    create_stack(SERVICE, **REQUIRED, MinuteStep=str(step))

    properties = projection(VERSION.tables["events"])
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
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)

    table = VERSION.tables["events"]
    partitions_a_day = len(projected_folders(projection(table), "2026-11-20"))
    rows = dict(re.findall(r"^\| (\d) \| [\d,]+ \| (\d+) \|$", PAGE, re.M))
    most_days = int(rows[str(len(topics_of(table, customers)) - 1)])

    def most_partitions(days: int) -> int:
        # The guard adds an hour before the first, and a range that ends now reads today to its end.
        return (days * 24 + 25) * partitions_a_day // 24

    assert most_partitions(most_days) <= MOST_PARTITIONS < most_partitions(most_days + 1)


@pytest.mark.parametrize("customers", CUSTOMERS)
def test_tables_differ_in_their_topic_alone(customers: str) -> None:
    create_stack(SERVICE, **REQUIRED, CustomerTopics=customers)

    events, metrics = (_without_names(VERSION.tables[name]) for name in ("events", "metrics"))
    assert events == metrics


def _without_names(table: Table) -> str:
    made = glue_table(table)
    chosen = {name: made[name] for name in ("StorageDescriptor", "PartitionKeys", "Parameters")}
    return json.dumps(chosen).replace(table.folder, "a-topic")


@pytest.mark.parametrize(
    ("file_format", "serde"),
    [
        ("json", "org.openx.data.jsonserde.JsonSerDe"),
        ("parquet", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
    ],
)
def test_file_format_is_secors(file_format: str, serde: str) -> None:
    create_stack(SERVICE, **REQUIRED, FileFormat=file_format)

    storage = glue_table(VERSION.tables["events"])["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == serde
    assert ("parquet" in storage["InputFormat"]) == (file_format == "parquet")
    # The keys inside `data` stay as the producers spell them.
    kept = storage["SerdeInfo"].get("Parameters", {}).get("case.insensitive") == "FALSE"
    assert kept == (file_format == "json")


def test_the_service_finds_its_workgroup_and_bucket_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = create_stack(SERVICE, **REQUIRED)
    for line in outputs["Environment"].splitlines():
        monkeypatch.setenv(*line.split("=", 1))

    settings = load_settings()

    assert settings.region == REGION
    with_keys = {"access_key_id": SecretStr("key"), "secret_access_key": SecretStr("secret")}
    AthenaClient(settings.model_copy(update=with_keys)).check()
    assert {line.split("=")[0] for line in outputs["Environment"].splitlines()} <= {
        PREFIX + name.upper() for name in Settings.model_fields
    }


def test_the_workgroup_bounds_what_a_query_reads() -> None:
    create_stack(SERVICE, **REQUIRED, BytesScannedCutoff="50000000")

    workgroup = client("athena").get_work_group(WorkGroup="data_hist")["WorkGroup"]
    configuration = workgroup["Configuration"]
    assert configuration["EnforceWorkGroupConfiguration"] is False
    assert configuration["BytesScannedCutoffPerQuery"] == 50_000_000


def test_results_are_private_encrypted_and_gone_after_the_longest_retention() -> None:
    create_stack(SERVICE, **REQUIRED)
    s3 = client("s3")

    block = s3.get_public_access_block(Bucket="the-results")["PublicAccessBlockConfiguration"]
    assert all(block.values())
    assert s3.get_bucket_encryption(Bucket="the-results")["ServerSideEncryptionConfiguration"]
    (rule,) = lifecycle("the-results")
    longest_minutes = SCHEMAS["QueryRequest"]["properties"]["retention_minutes"]["maximum"]
    prefix = Settings.model_fields["result_prefix"].default
    assert rule["Filter"]["Prefix"] == f"{prefix}/"
    assert rule["Expiration"]["Days"] * 1440 > longest_minutes
    (statement,) = json.loads(s3.get_bucket_policy(Bucket="the-results")["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


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
        f"{table.folder}/": (365, 2555) for table in VERSION.tables.values()
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
        "raw/events-11042/": (730, 3650),
    }


def test_all_topics_of_as_many_customers_as_a_table_takes_may_have_a_policy() -> None:
    topics = [
        topic for table in VERSION.tables.values() for topic in topics_of(table, CUSTOMERS[-1])
    ]
    own = {topic for topic in topics if "-" in topic}
    policies = zip(CUSTOMER_POLICIES, (f"{topic}/,10,20" for topic in own), strict=True)
    create_stack(ARCHIVE, DataBucket="the-archive", **dict(policies))

    assert set(kept_days("the-archive")) == {f"{topic}/" for topic in topics}


@pytest.mark.parametrize(
    ("topic", "kept"),
    [
        ("events", [(365, 2555)]),
        ("metrics", [(365, 2555)]),
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


def policy_statements(**parameters: str) -> list[dict[str, Any]]:
    arn = create_stack(SERVICE, **REQUIRED, **parameters)["PolicyArn"]
    version = client("iam").get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    return list(version["Document"]["Statement"])


def allowed(statements: list[dict[str, Any]], service: str) -> dict[str, set[str]]:
    """The resources that each action of a service may touch."""
    found: dict[str, set[str]] = {}
    for statement in statements:
        assert statement["Effect"] == "Allow"
        for action in _list(statement["Action"]):
            if action.startswith(f"{service}:"):
                found.setdefault(action, set()).update(_list(statement["Resource"]))
    return found


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_the_policy_allows_the_athena_calls_that_the_service_makes() -> None:
    operations = boto3.client("athena", region_name=REGION).meta.method_to_api_mapping
    called = {
        f"athena:{operations[node.attr]}"
        for file in (ROOT / "data_hist/athena").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in operations
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "_athena"
    }

    athena = allowed(policy_statements(), "athena")
    assert called
    assert called <= set(athena)
    workgroup = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/data_hist"
    assert set().union(*athena.values()) == {workgroup}


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def test_results_are_encrypted_with_a_key_of_ones_own() -> None:
    statements = policy_statements(ResultKeyArn=KEY)

    assert allowed(statements, "kms") == {"kms:Decrypt": {KEY}, "kms:GenerateDataKey": {KEY}}
    (through,) = (s["Condition"] for s in statements if s["Resource"] == KEY)
    assert through == {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    assert encryption("the-results") == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}


def test_results_are_encrypted_by_s3_otherwise() -> None:
    assert allowed(policy_statements(), "kms") == {}
    assert encryption("the-results") == {"SSEAlgorithm": "AES256"}


def encryption(bucket: str) -> dict[str, str]:
    found = client("s3").get_bucket_encryption(Bucket=bucket)
    (rule,) = found["ServerSideEncryptionConfiguration"]["Rules"]
    return {k: v for k, v in rule["ApplyServerSideEncryptionByDefault"].items() if v}


@pytest.mark.parametrize("parameter", ["Athena", "Glue", "Sts", "Logs", "EksAuth"])
def test_calls_of_aws_stay_in_the_network(parameter: str) -> None:
    endpoint = decode(str(ENDPOINTS))[0]["Resources"][parameter]["Properties"]

    assert endpoint["VpcEndpointType"] == "Interface"
    assert endpoint["PrivateDnsEnabled"] is True
    service = endpoint["ServiceName"]["Fn::Sub"].rpartition(".")[2]
    assert service in boto3.session.Session().get_available_services()


@pytest.mark.parametrize("customers", CUSTOMERS)
def test_the_policy_reaches_nothing_but_the_archive_and_the_results(customers: str) -> None:
    statements = policy_statements(ArchivePath="raw/", CustomerTopics=customers)

    s3 = allowed(statements, "s3")
    topics = {
        f"raw/{topic}/*"
        for table in VERSION.tables.values()
        for topic in topics_of(table, customers)
    }
    results = {"arn:aws:s3:::the-results/data_hist/*"}
    assert s3["s3:GetObject"] == {f"arn:aws:s3:::the-archive/{topic}" for topic in topics} | results
    (listing,) = (
        statement
        for statement in statements
        if "s3:ListBucket" in statement["Action"]
        and "arn:aws:s3:::the-archive" in statement["Resource"]
    )
    assert set(listing["Condition"]["StringLike"]["s3:prefix"]) == topics
    assert s3["s3:PutObject"] == s3["s3:DeleteObject"] == results
    tables = {f"table/data_hist/{table.physical_name}" for table in VERSION.tables.values()}
    assert set().union(*allowed(statements, "glue").values()) == {
        f"arn:aws:glue:{REGION}:{ACCOUNT}:{name}"
        for name in {"catalog", "database/data_hist", "database/data_hist_empty"} | tables
    }
    assert not any(
        "*" in action for statement in statements for action in _list(statement["Action"])
    )
    assert {action.split(":")[0] for s in statements for action in _list(s["Action"])} == {
        "athena",
        "glue",
        "s3",
    }
