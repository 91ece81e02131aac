"""Links are signed for as long as allowed, and never for longer than the result is kept."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from data_hist.athena.result_links import ResultLinks, SignedLink
from data_hist.errors import EngineUnavailable, QueryExpired
from data_hist.settings import Settings
from tests.unit.athena.conftest import AWS_SETTINGS

LOCATION = "s3://results/data_hist/retention=60/tenant=1/id.csv"


def signed(seconds: int, left: timedelta, settings: Settings = AWS_SETTINGS) -> SignedLink:
    """A link of a result that is kept for so long."""
    now = datetime.now(UTC)
    return ResultLinks(settings, seconds, lambda: now).sign(LOCATION, "id.csv", now + left)


def query_of(link: SignedLink) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link.url).query).items()}


@pytest.mark.parametrize(
    ("seconds", "left", "valid"),
    [
        (300, timedelta(days=1), 300),
        (300, timedelta(seconds=300), 300),
        (300, timedelta(seconds=299.9), 299),
        (300, timedelta(seconds=1), 1),
    ],
)
def test_a_link_does_not_outlive_its_result(seconds: int, left: timedelta, valid: int) -> None:
    link = signed(seconds, left)

    query = query_of(link)
    assert query["X-Amz-Expires"] == str(valid)
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert link.expires_at == signed_at + timedelta(seconds=valid)


@pytest.mark.parametrize("left", [timedelta(), timedelta(seconds=0.9), timedelta(seconds=-5)])
def test_no_link_leads_to_a_result_that_expires_now(left: timedelta) -> None:
    with pytest.raises(QueryExpired):
        signed(300, left)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_link_has_the_signature_that_kms_needs(region: str) -> None:
    settings = AWS_SETTINGS.model_copy(update={"region": region})

    link = signed(300, timedelta(days=1), settings)

    query = query_of(link)
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["response-content-disposition"] == 'attachment; filename="id.csv"'
    assert query["response-content-type"] == "text/csv; charset=utf-8"
    assert urlsplit(link.url).path == "/results/data_hist/retention%3D60/tenant%3D1/id.csv"


def test_what_a_link_prints_is_not_the_link() -> None:
    assert "http" not in repr(signed(300, timedelta(days=1)))


def test_without_credentials_the_service_is_not_available(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(variable, str(tmp_path_factory.mktemp("aws") / "none"))
    without = AWS_SETTINGS.model_copy(update={"access_key_id": None, "secret_access_key": None})

    with pytest.raises(EngineUnavailable):
        signed(300, timedelta(days=1), without)
