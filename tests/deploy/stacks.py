"""The stacks of `deploy/aws` in moto.

moto resolves parameters, conditions and functions, and makes policies; the kinds of resources that
it leaves out are made here from the resolved properties by the calls that CloudFormation makes, so
that botocore checks every name in them.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from cfnlint.decode import decode
from moto.cloudformation.parsing import get_model_map, get_name_type_map
from moto.core.common_models import CloudFormationModel

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/aws"
PAGE = (ROOT / "deploy/README.md").read_text()
SERVICE, ARCHIVE, TABLES, TENANT = (
    FOLDER / f"{name}.yaml" for name in ("service", "archive", "tables", "tenant")
)
REGION = "eu-central-1"
ACCOUNT = "123456789012"
REQUIRED = {"ResultBucket": "the-results"}
DATA_BUCKET = {"DataBucket": "the-archive"}


def create_stack(template: Path | str, **parameters: str) -> dict[str, str]:
    """Create a stack of a file or a text inside `mock_aws`, and return its outputs."""
    cloudformation = client("cloudformation")
    name = f"data-hist-{len(cloudformation.list_stacks()['StackSummaries'])}"
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=template if isinstance(template, str) else template.read_text(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


@cache
def parameters_of(template: Path) -> dict[str, Any]:
    document: dict[str, Any] = decode(str(template))[0]
    return dict(document["Parameters"])


def client(service: str) -> Any:
    return boto3.client(
        service, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="secret"
    )


class _Made(CloudFormationModel):
    """A resource that exists: its name is all that the stack asks of it."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name


def _make_database(_: str, properties: dict[str, Any]) -> None:
    client("glue").create_database(**properties)


def _make_table(_: str, properties: dict[str, Any]) -> None:
    client("glue").create_table(**properties)


def _make_workgroup(name: str, properties: dict[str, Any]) -> None:
    configuration = properties["WorkGroupConfiguration"]
    client("athena").create_work_group(Name=name, Configuration=configuration)


def _make_bucket(name: str, properties: dict[str, Any]) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"],
    )
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [default]})
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
    lifecycle = properties.get("LifecycleConfiguration")
    if lifecycle:
        s3.put_bucket_lifecycle_configuration(
            Bucket=name,
            LifecycleConfiguration={"Rules": [_api_rule(rule) for rule in lifecycle["Rules"]]},
        )


def _make_bucket_policy(_: str, properties: dict[str, Any]) -> None:
    client("s3").put_bucket_policy(
        Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"])
    )


def _without_no_value(value: Any) -> Any:
    """CloudFormation drops AWS::NoValue from a list, moto leaves None."""
    if isinstance(value, dict):
        return {name: _without_no_value(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without_no_value(entry) for entry in value if entry is not None]
    return value


def _register(
    kind: str, name_property: str, make: Callable[[str, dict[str, Any]], str | None]
) -> None:
    class Resource(CloudFormationModel):
        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: dict[str, Any], *_: str, **__: Any
        ) -> _Made:
            made = make(resource_name, _without_no_value(cloudformation_json["Properties"]))
            return _Made(made or resource_name)

    get_model_map()[kind] = Resource
    get_name_type_map()[kind] = name_property


_register("AWS::Glue::Database", "", _make_database)
_register("AWS::Glue::Table", "", _make_table)
_register("AWS::Athena::WorkGroup", "Name", _make_workgroup)
# In place of moto's own, which drops most properties.
_register("AWS::S3::Bucket", "BucketName", _make_bucket)
_register("AWS::S3::BucketPolicy", "", _make_bucket_policy)


def _make_policy(name: str, properties: dict[str, Any]) -> str:
    made = client("iam").create_policy(
        PolicyName=name, PolicyDocument=json.dumps(properties["PolicyDocument"])
    )
    return str(made["Policy"]["Arn"])


# In place of moto's own, which keeps None where a statement is left out.
_register("AWS::IAM::ManagedPolicy", "ManagedPolicyName", _make_policy)


def _api_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A lifecycle rule as S3's API spells what CloudFormation spells otherwise."""
    spelt: dict[str, Any] = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "ExpirationInDays" in rule:
        spelt["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if "Transitions" in rule:
        spelt["Transitions"] = [
            {"Days": int(move["TransitionInDays"]), "StorageClass": move["StorageClass"]}
            for move in rule["Transitions"]
        ]
    if "AbortIncompleteMultipartUpload" in rule:
        spelt["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return spelt
