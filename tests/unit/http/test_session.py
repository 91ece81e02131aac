"""What a session tells of the settings and the API specification."""

from data_hist.http.session import SessionTerms
from data_hist.queries.glacier_warnings import ArchivePolicy
from tests.support.contract import SPEC
from tests.support.running_service import settings_for


def test_bounds_are_those_that_requests_are_validated_by() -> None:
    settings = settings_for("http://127.0.0.1:1", price_usd_per_tb=7.0, max_query_days=3)
    terms = SessionTerms.of_deployment(settings, ArchivePolicy(10, {11000: 5}), SPEC)

    document = terms.document(11000, None, is_named=True)

    assert document["results_per_page"] == {"minimum": 1, "maximum": 1000, "default": 1000}
    assert document["retention_minutes"]["maximum"] == 43_200
    assert (document["price_usd_per_tb"], document["max_query_days"]) == (7.0, 3)
    assert document["archived_after_days"] == 5


def test_whoever_names_no_tenant_is_the_operator() -> None:
    terms = SessionTerms(5.0, None, "allow", None, ArchivePolicy(10, {}), {})

    document = terms.document(1, None, is_named=False)

    assert (document["tenant"], document["operator"]) == (None, True)
