"""The stack of the service: its workgroup, its results, and what it may do."""

import ast
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.api import lint
from cfnlint.decode import decode
from pydantic import SecretStr

from data_hist.athena.client import AthenaClient
from data_hist.retention.ownership import ResultLocations
from data_hist.settings import PREFIX, Settings, load_settings
from tests.deploy.glue_tables import CUSTOMERS, SOURCES, create_tables, topics_of, with_topics
from tests.deploy.stacks import (
    ACCOUNT,
    ARCHIVE,
    REGION,
    REQUIRED,
    ROOT,
    SERVICE,
    TABLES,
    TENANT,
    client,
    create_stack,
)
from tests.support.contract import SCHEMAS

pytestmark = pytest.mark.usefixtures("aws")


ENDPOINTS = ROOT / "deploy/aws/endpoints.yaml"


@pytest.mark.parametrize(
    "template", [SERVICE, ARCHIVE, TABLES, TENANT, ENDPOINTS], ids=lambda path: path.name
)
def test_templates_are_valid(template: Path) -> None:
    assert lint(template.read_text(), regions=[REGION]) == []


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
    locations = ResultLocations("the-results", Settings.model_fields["result_prefix"].default)
    assert rule["Filter"]["Prefix"] == locations.root_prefix
    assert not locations.saved_prefix(1).startswith(rule["Filter"]["Prefix"])
    assert rule["Expiration"]["Days"] * 1440 > longest_minutes
    (statement,) = json.loads(s3.get_bucket_policy(Bucket="the-results")["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def lifecycle(bucket: str) -> list[dict[str, Any]]:
    return list(client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"])


def policy_statements(**parameters: str) -> list[dict[str, Any]]:
    return statements_of(create_stack(SERVICE, **REQUIRED, **parameters)["PolicyArn"])


def statements_of(arn: str) -> list[dict[str, Any]]:
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


def test_the_policies_allow_the_athena_calls_that_the_service_makes() -> None:
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
    of_tables = allowed(statements_of(create_tables()["ReadPolicyArn"]), "athena")
    assert called
    assert called <= set(athena) | set(of_tables)
    workgroup = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/data_hist"
    assert set().union(*athena.values()) == {workgroup, f"{workgroup}-*"}


def test_the_workgroup_of_a_tenant_is_suitable_and_within_the_policy() -> None:
    create_stack(SERVICE, **REQUIRED)
    made = create_stack(TENANT, Tenant="11000", BytesScannedCutoff="50000000")["Workgroup"]

    keys = {"access_key_id": SecretStr("key"), "secret_access_key": SecretStr("secret")}
    settings = Settings(region=REGION, result_bucket="the-results", **keys)
    AthenaClient(settings).check_workgroup(made)
    configuration = client("athena").get_work_group(WorkGroup=made)["WorkGroup"]["Configuration"]
    assert configuration["BytesScannedCutoffPerQuery"] == 50_000_000
    assert made.startswith("data_hist-")


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


def test_the_policy_reaches_nothing_but_the_results() -> None:
    statements = policy_statements()

    s3 = allowed(statements, "s3")
    results = {"arn:aws:s3:::the-results/data_hist/*"}
    assert s3["s3:GetObject"] == s3["s3:PutObject"] == s3["s3:DeleteObject"] == results
    assert set().union(*s3.values()) == results | {"arn:aws:s3:::the-results"}
    assert services_of(statements) == {"athena", "s3"}


@pytest.mark.parametrize("customers", CUSTOMERS)
def test_the_policy_of_the_tables_reaches_nothing_but_the_archive(customers: str) -> None:
    made = create_tables(with_topics(customers), ArchivePath="raw/")

    statements = statements_of(made["ReadPolicyArn"])

    s3 = allowed(statements, "s3")
    topics = {
        f"raw/{topic}/*" for source in SOURCES.values() for topic in topics_of(source, customers)
    }
    assert s3["s3:GetObject"] == {f"arn:aws:s3:::the-archive/{topic}" for topic in topics}
    (listing,) = (each for each in statements if "s3:ListBucket" in each["Action"])
    assert listing["Resource"] == ["arn:aws:s3:::the-archive"]
    assert set(listing["Condition"]["StringLike"]["s3:prefix"]) == topics
    tables = {f"table/data_hist/{source.table}" for source in SOURCES.values()}
    assert set().union(*allowed(statements, "glue").values()) == {
        f"arn:aws:glue:{REGION}:{ACCOUNT}:{name}"
        for name in {"catalog", "database/data_hist", "database/data_hist_empty"} | tables
    }
    assert services_of(statements) == {"athena", "glue", "s3"}


def services_of(statements: list[dict[str, Any]]) -> set[str]:
    """The services whose actions are allowed, each by its name."""
    actions = [action for each in statements for action in _list(each["Action"])]
    assert not any("*" in action for action in actions)
    return {action.split(":")[0] for action in actions}
