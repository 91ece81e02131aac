"""Describe a session: who the caller is, and which prices, limits and defaults hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from data_hist.auth.authentication import OPERATOR
from data_hist.errors import Budget
from data_hist.http.problems import budget_document
from data_hist.queries.glacier_warnings import ArchivePolicy
from data_hist.settings import Settings

NOT_KEPT: Final = {"Cache-Control": "no-store"}
"""The headers of a response that another caller on the same machine must not see."""


@dataclass(frozen=True)
class SessionTerms:
    """What holds for the callers of a deployment; the API specification bounds requests."""

    price_usd_per_tb: float
    max_query_days: int | None
    unbounded_queries: str
    result_link_seconds: int | None
    archive: ArchivePolicy
    bounds: Mapping[str, Any]

    @classmethod
    def of_deployment(
        cls, settings: Settings, archive: ArchivePolicy, specification: Mapping[str, Any]
    ) -> "SessionTerms":
        """Read them from the settings and the API specification."""
        return cls(
            settings.price_usd_per_tb,
            settings.max_query_days,
            settings.unbounded_queries,
            settings.result_link_seconds,
            archive,
            _bounds(specification),
        )

    def document(self, tenant: int, budget: Budget | None, *, is_named: bool) -> dict[str, Any]:
        """Describe the session of a tenant; without tenants, a request need not name one."""
        return {
            "tenant": tenant if is_named else None,
            "operator": tenant == OPERATOR,
            "version": version("data-hist"),
            "price_usd_per_tb": self.price_usd_per_tb,
            "archived_after_days": self.archive.days_of(tenant),
            "max_query_days": self.max_query_days,
            "unbounded_queries": self.unbounded_queries,
            "result_link_seconds": self.result_link_seconds,
            "budget": None if budget is None else budget_document(budget),
            **self.bounds,
        }


def _bounds(specification: Mapping[str, Any]) -> dict[str, Any]:
    schemas = specification["components"]["schemas"]
    submit, page = (schemas[name]["properties"] for name in ("QueryRequest", "PageRequest"))
    return {
        "max_query_bytes": submit["query"]["maxLength"],
        "max_parameters": submit["parameters"]["maxItems"],
        "max_wait_seconds": schemas["WaitSeconds"]["maximum"],
        "retention_minutes": _range(submit["retention_minutes"]),
        "max_age_minutes": _range(submit["max_age_minutes"]),
        "results_per_page": _range(page["results_per_page"]),
    }


def _range(schema: Mapping[str, Any]) -> dict[str, int]:
    return {name: schema[name] for name in ("minimum", "maximum", "default")}
