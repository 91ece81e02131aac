"""An answer of S3 whose headers are malformed makes no line that tells of it or of the object."""

import pytest
from pydantic import SecretStr

from data_hist.athena.client import AthenaClient
from data_hist.athena.result_objects import ObjectRange
from data_hist.settings import Settings
from tests.support.fault_server import answer, fault_server
from tests.support.log_lines import log_lines

CANARY = "canary"
LOCATION = f"s3://{CANARY}/retention=60/tenant=11000/2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de.csv"
OBJECT = b'"n"\n"1"\n'


@pytest.mark.parametrize(
    "malformed",
    ["no header", "X-Name : canary", f"Expires: {CANARY}"],
    ids=["line without a colon", "space before the colon", "time that is none"],
)
def test_malformed_header_is_not_logged(malformed: str, caplog: pytest.LogCaptureFixture) -> None:
    with fault_server() as server:
        server.good = answer(
            "206 Partial Content",
            OBJECT,
            'ETag: "e"',
            f"Content-Range: bytes 0-{len(OBJECT) - 1}/{len(OBJECT)}",
            malformed,
            kind="text/csv",
        )
        client = AthenaClient(
            Settings(
                region="eu-west-1",
                result_bucket=CANARY,
                access_key_id=SecretStr("key"),
                secret_access_key=SecretStr("secret"),
                endpoint_url=server.url,
            )
        )

        assert client.read_range(LOCATION, 0, 100) == ObjectRange(OBJECT, len(OBJECT), '"e"')
        # So it is where nothing is configured.
        assert CANARY in caplog.text

        with log_lines() as lines:
            client.read_range(LOCATION, 0, 100)
        assert lines.text == ""
