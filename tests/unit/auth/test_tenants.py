"""The tenant header counts if it is there once and well-formed."""

import pytest

from data_hist.auth.authentication import OPERATOR, TenantPolicy
from data_hist.errors import Unauthenticated

REQUIRED = TenantPolicy("X-Trebuchet-Tenant-Id", required=True)
OPTIONAL = TenantPolicy("X-Trebuchet-Tenant-Id", required=False)
NAME = b"x-trebuchet-tenant-id"


@pytest.mark.parametrize(
    ("value", "tenant"), [(b"1", 1), (b" 11000\t", 11000), (b"9" * 18, int("9" * 18))]
)
@pytest.mark.parametrize("policy", [REQUIRED, OPTIONAL])
def test_tenant_of_the_header(policy: TenantPolicy, value: bytes, tenant: int) -> None:
    assert policy.tenant_of([(b"host", b"x"), (NAME, value)]) == tenant


def test_header_in_any_case() -> None:
    assert REQUIRED.tenant_of([(b"X-TREBUCHET-Tenant-ID", b"7")]) == 7


@pytest.mark.parametrize("policy", [REQUIRED, OPTIONAL])
@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"0",
        b"-1",
        b"01",
        b"1\n",
        b"one",
        b"1,2",
        b"1.0",
        b"9" * 19,
        "\u0661".encode(),
    ],
)
def test_malformed_tenant_is_refused(policy: TenantPolicy, value: bytes) -> None:
    with pytest.raises(Unauthenticated):
        policy.tenant_of([(NAME, value)])


@pytest.mark.parametrize("policy", [REQUIRED, OPTIONAL])
def test_repeated_header_is_refused(policy: TenantPolicy) -> None:
    with pytest.raises(Unauthenticated):
        policy.tenant_of([(NAME, b"1"), (NAME, b"1")])


def test_missing_header() -> None:
    assert OPTIONAL.tenant_of([]) == OPERATOR
    with pytest.raises(Unauthenticated):
        REQUIRED.tenant_of([])


def test_underscores_are_another_header() -> None:
    with pytest.raises(Unauthenticated):
        REQUIRED.tenant_of([(b"x_trebuchet_tenant_id", b"1")])
