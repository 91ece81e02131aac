"""A wrapper whose AWS answers are written down in the test, by botocore's own Stubber."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from botocore.stub import Stubber
from pydantic import SecretStr

from data_hist.athena.client import AthenaClient
from data_hist.athena.transport import create_client, create_session
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
    session = create_session(AWS_SETTINGS)
    athena = create_client(session, "athena", AWS_SETTINGS)
    s3 = create_client(session, "s3", AWS_SETTINGS)
    client = AthenaClient(AWS_SETTINGS, athena=athena, s3=s3)
    with Stubber(athena) as athena_stubber, Stubber(s3) as s3_stubber:
        yield StubbedAws(client, athena_stubber, s3_stubber)
        athena_stubber.assert_no_pending_responses()
        s3_stubber.assert_no_pending_responses()
