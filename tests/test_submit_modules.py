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

# A text that the guard knows is not parsed again. See ADR 32.
MOST_MODULES = {"new text": 47, "known text": 39}
# The server's timer, ten times a second, and the end of the task that accepted the connection.
OF_NO_REQUEST = {"server.worker", "server.listener"}

# With time bounds, so that a new text is parsed, checked, pruned and rewritten.
SQL = (
    "SELECT servicename, count(*) AS new_to_the_guard FROM events "
    "WHERE createdtimestamp >= 1763600000000 GROUP BY servicename"
)


def test_submit_runs_through_few_modules(endpoint_url: str) -> None:
    """From the request's arrival at the socket to the line that is logged of it."""
    executed = ExecutedModules(Path(data_hist.__file__).parent)
    modules: dict[str, list[str]] = {}

    with (
        executed.watched(),
        log_lines() as lines,
        running_service(settings_for(endpoint_url, tenant_required=True)) as client,
    ):
        connection = HTTPConnection(
            client.base_url.host, client.base_url.port, timeout=ANSWER_SECONDS
        )
        for text in MOST_MODULES:
            # The service has started, and the connection is accepted.
            asked(connection, "GET", "/healthz")
            executed.forget()
            request_id = text.replace(" ", "-")
            answer = asked(
                connection,
                "POST",
                f"{client.base_url.path}query",
                json.dumps({"query": SQL}),
                {
                    **as_tenant(11000),
                    "Content-Type": "application/json",
                    "X-Request-Id": request_id,
                },
            )
            assert answer["query_id"]
            lines.about(request_id)
            modules[text] = [name for name in executed.names() if name not in OF_NO_REQUEST]
        connection.close()

    for text, names in modules.items():
        print(f"\na submit of a {text} runs through {len(names)} modules:", *names, sep="\n  ")
        assert {"server.protocol", "http.operations", "queries.submit", "athena.client"} <= {*names}
        assert "sql_guard.verify" in names
        assert len(names) <= MOST_MODULES[text]
    assert "sql_guard.parser" in modules["new text"]


def asked(connection: HTTPConnection, method: str, path: str, *request: Any) -> dict[str, Any]:
    connection.request(method, path, *request)
    response = connection.getresponse()
    body: dict[str, Any] = json.loads(response.read())
    assert response.status == 200, body
    return body
