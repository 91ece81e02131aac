"""A tenant's queries run in its own workgroup, once that is known to be set up as it has to be."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from data_hist.errors import EngineError, EngineUnavailable
from data_hist.queries.tenant_workgroups import TenantWorkgroups

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class Athena:
    """Describes workgroups, or fails to."""

    now: datetime = NOW
    checked: list[str] = field(default_factory=list)
    error: EngineError | None = None

    def check_workgroup(self, name: str) -> None:
        self.checked.append(name)
        if self.error is not None:
            raise self.error

    def workgroups(self) -> TenantWorkgroups:
        own = {11000: "one", 11001: "two"}
        return TenantWorkgroups(cast("Any", self), own, lambda: self.now)


@pytest.mark.parametrize(
    ("tenant", "workgroup"), [(11000, "one"), (11001, "two"), (11002, None), (1, None)]
)
def test_a_tenant_without_its_own_workgroup_shares_one(tenant: int, workgroup: str | None) -> None:
    athena = Athena()

    assert athena.workgroups().own_of(tenant) == workgroup
    assert athena.workgroups().require_suitable(tenant) == workgroup
    assert athena.checked == ([workgroup] if workgroup else [])


def test_a_suitable_workgroup_is_checked_again_after_ten_minutes() -> None:
    athena = Athena()
    workgroups = athena.workgroups()

    for minutes, checks in ((0, 1), (9, 1), (10, 2), (11, 2)):
        athena.now = NOW + timedelta(minutes=minutes)
        workgroups.require_suitable(11000)
        assert len(athena.checked) == checks


def test_an_unsuitable_workgroup_is_refused_without_its_name_until_it_is_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    athena = Athena(error=EngineUnavailable("Workgroup one enforces.", code="WORKGROUP"))
    workgroups = athena.workgroups()

    with pytest.raises(EngineUnavailable) as refusal:
        workgroups.require_suitable(11000)

    assert "one" not in refusal.value.detail
    assert not refusal.value.unconfirmed
    assert "Workgroup one enforces." in caplog.text
    athena.error = None
    assert workgroups.require_suitable(11000) == "one"


def test_a_check_that_fails_has_started_nothing() -> None:
    error = EngineUnavailable("Athena is away.")
    error.unconfirmed = True

    with pytest.raises(EngineUnavailable, match="away") as refusal:
        Athena(error=error).workgroups().require_suitable(11000)

    assert not refusal.value.unconfirmed
