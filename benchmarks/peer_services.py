"""The same calls to Athena behind bare Starlette and behind FastAPI, without guard or tenants.

What one would write in an afternoon, on the same server and with the same connection pool. boto3
blocks, so both run their functions on threads.
"""

from typing import Annotated, Any

import boto3
from botocore.config import Config
from fastapi import Body, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_RESULTS = "s3://benchmarks/data_hist/"


class Status(BaseModel):
    """The status of a query, as a caller sees it."""

    query_id: str
    status: str
    submitted_at: str
    statistics: dict[str, Any]


class Athena:
    """The calls that both services make."""

    def __init__(self) -> None:
        self._client: Any = boto3.client("athena", config=Config(max_pool_connections=64))

    def submit(self, sql: str) -> dict[str, Any]:
        """Start a query and describe it."""
        started = self._client.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Catalog": "awsdatacatalog", "Database": "data_hist"},
            ResultConfiguration={"OutputLocation": _RESULTS},
            WorkGroup="primary",
        )
        return self.status(started["QueryExecutionId"])

    def status(self, query_id: str) -> dict[str, Any]:
        """Describe a query."""
        found = self._client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        return {
            "query_id": query_id,
            "status": found["Status"]["State"],
            "submitted_at": found["Status"]["SubmissionDateTime"].isoformat(),
            "statistics": found["Statistics"],
        }

    def page(self, query_id: str, token: str | None) -> dict[str, Any]:
        """Read 1,000 rows through GetQueryResults."""
        paging = {"NextToken": token} if token else {}
        answer = self._client.get_query_results(
            QueryExecutionId=query_id, MaxResults=1000, **paging
        )
        rows = [
            [datum.get("VarCharValue") for datum in row["Data"]]
            for row in answer["ResultSet"]["Rows"]
        ]
        return {"query_id": query_id, "rows": rows, "paging_token": answer.get("NextToken")}


def starlette_app() -> Starlette:
    """The service behind Starlette."""
    athena = Athena()

    def status(request: Request) -> JSONResponse:
        return JSONResponse(athena.status(request.path_params["query_id"]))

    async def submit(request: Request) -> JSONResponse:
        body = await request.json()
        return JSONResponse(await run_in_threadpool(athena.submit, body["query"]))

    async def page(request: Request) -> JSONResponse:
        body = await request.json()

        def respond() -> JSONResponse:
            return JSONResponse(athena.page(body["query_id"], body.get("paging_token")))

        return await run_in_threadpool(respond)

    return Starlette(
        routes=[
            Route("/readyz", lambda _request: JSONResponse({})),
            Route("/status/{query_id}", status),
            Route("/query", submit, methods=["POST"]),
            Route("/next", page, methods=["POST"]),
        ]
    )


def fastapi_app() -> FastAPI:
    """The service behind FastAPI."""
    athena = Athena()
    app = FastAPI()

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {}

    @app.get("/status/{query_id}")
    def status(query_id: str) -> Status:
        return Status(**athena.status(query_id))

    @app.post("/query")
    def submit(query: Annotated[str, Body(embed=True)]) -> Status:
        return Status(**athena.submit(query))

    return app
