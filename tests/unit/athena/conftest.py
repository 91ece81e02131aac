"""A wrapper whose AWS answers are written down in the test, by botocore's own Stubber."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from botocore.stub import Stubber
from pydantic import SecretStr

from data_hist.athena import AthenaClient
from data_hist.settings import Settings

AWS_SETTINGS = Settings(
    region="eu-west-1",
    result_bucket="results",
    access_key_id=SecretStr("key"),
    secret_access_key=SecretStr("secret"),
)


@dataclass(frozen=True)
class StubbedAws:
    client: AthenaClient
    athena: Stubber
    s3: Stubber


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    client = AthenaClient(AWS_SETTINGS)
    with Stubber(client._athena) as athena, Stubber(client._s3) as s3:
        yield StubbedAws(client, athena, s3)
        athena.assert_no_pending_responses()
        s3.assert_no_pending_responses()
