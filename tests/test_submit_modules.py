"""How much of the code one has to know to follow a submit: the modules that it runs through."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import data_hist
from tests.support.api_calls import as_tenant
from tests.support.executed_modules import ExecutedModules
from tests.support.log_lines import log_lines
from tests.support.running_service import ANSWER_SECONDS, running_service, settings_for

# To come down to 30.
MOST_MODULES = 38
# The server's timer, ten times a second, is no part of any request.
TIMERS = {"server.worker"}

# No other test asks for it, so it is parsed, checked, pruned and rewritten.
SQL = (
    "SELECT servicename, count(*) AS new_to_the_guard FROM events "
    "WHERE createdtimestamp >= 1763600000000 GROUP BY servicename"
)


def test_submit_runs_through_few_modules(endpoint_url: str) -> None:
    """From the request's arrival at the socket to the line that is logged of it."""
    executed = ExecutedModules(Path(data_hist.__file__).parent)

    with (
        executed.watched(),
        log_lines() as lines,
        running_service(settings_for(endpoint_url, tenant_required=True)) as client,
    ):
        connection = HTTPConnection(
            client.base_url.host, client.base_url.port, timeout=ANSWER_SECONDS
        )
        # The service has started, and the connection is accepted.
        asked(connection, "GET", "/healthz")
        executed.forget()
        answer = asked(
            connection,
            "POST",
            f"{client.base_url.path}query",
            json.dumps({"query": SQL}),
            {**as_tenant(11000), "Content-Type": "application/json", "X-Request-Id": "traced"},
        )
        lines.about("traced")
        modules = [name for name in executed.names() if name not in TIMERS]
        connection.close()

    assert answer["query_id"]
    print(f"\na submit runs through {len(modules)} modules of data_hist:", *modules, sep="\n  ")
    assert {"server.protocol", "http.operations", "queries.submit", "athena.client"} <= {*modules}
    assert any(module.startswith("sql_guard.") for module in modules)
    assert len(modules) <= MOST_MODULES


def asked(connection: HTTPConnection, method: str, path: str, *request: Any) -> dict[str, Any]:
    connection.request(method, path, *request)
    response = connection.getresponse()
    body: dict[str, Any] = json.loads(response.read())
    assert response.status == 200, body
    return body
