"""Who sends a request: the security schemes of the API specification, and the tenant."""

from collections.abc import Awaitable, Callable
from typing import Any

from connexion import request
from connexion.lifecycle import ConnexionRequest

from data_hist.auth.authentication import Authenticator
from data_hist.observability.request_context import current_request

SecurityCheck = Callable[[ConnexionRequest], Awaitable[dict[str, Any]]]

_TENANT = "tenant"


class _SecurityScheme:
    """A security scheme, as Connexion expects it; all schemes share one check."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def get_fn(self, _scheme: dict[str, Any], _scopes: list[str]) -> SecurityCheck:
        """Return the check, which leaves the tenant in the state of the request."""

        async def check(request: ConnexionRequest) -> dict[str, Any]:
            tenant = await self._authenticator.tenant_of(request.scope["headers"])
            request.scope["state"][_TENANT] = tenant
            current_request().tenant = tenant
            return {}

        return check


def security_map(authenticator: Authenticator) -> dict[str, Callable[[], _SecurityScheme]]:
    """Return the security schemes, by kind, for Connexion.

    Settings decide which credentials a deployment demands; Swagger UI offers every scheme.
    """
    return dict.fromkeys(("apiKey", "basic"), lambda: _SecurityScheme(authenticator))


def current_tenant() -> int:
    """Return the tenant of the current request, which the check has found."""
    return int(request.scope["state"][_TENANT])
