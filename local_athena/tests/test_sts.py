"""STS at the same URL: clients ask it who they are before they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from tests.clients import refused

if TYPE_CHECKING:
    from local_athena.testing import Endpoint


def test_the_caller_has_an_identity(endpoint: Endpoint) -> None:
    sts = boto3.client("sts", **endpoint.client_options)

    identity = sts.get_caller_identity()

    assert identity["Account"] == "000000000000"
    assert identity["Arn"] == "arn:aws:iam::000000000000:user/local-athena"
    assert identity["UserId"] == "local-athena"
    assert identity["ResponseMetadata"]["RequestId"]


def test_no_other_operation_is_known(endpoint: Endpoint) -> None:
    sts = boto3.client("sts", **endpoint.client_options)

    response = refused(sts.get_session_token)

    assert response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidAction",
        "Message": "Could not find operation GetSessionToken for version 2011-06-15",
    }
