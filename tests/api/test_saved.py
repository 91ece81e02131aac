"""Saved questions: the whole life of one, its versions, tenants, pages and limits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from data_hist.app import Limits
from data_hist.queries.limits import QueryLimits
from data_hist.queries.saved_questions import SavedLimits
from tests.support.api_calls import UNKNOWN_ID, assert_problem
from tests.support.running_service import running_service, settings_for
from tests.support.saved_questions import OTHER, QUESTION, a_tenant, caller, listed, saved

WRITERS = 8


@pytest.fixture
def mine(tenants: httpx.Client) -> Callable[..., httpx.Response]:
    """Sends requests of a tenant that this test alone has."""
    return caller(tenants, a_tenant())


def test_a_question_is_saved_and_read(mine: Callable[..., httpx.Response]) -> None:
    created = mine("POST", "/saved", json=QUESTION)
    document = created.json()
    read = mine("GET", f"/saved/{document['id']}")

    assert created.status_code == 201
    assert created.headers["Location"] == f"/v0/data_hist/saved/{document['id']}"
    assert created.headers["ETag"] == read.headers["ETag"] == document["etag"]
    assert created.headers["Cache-Control"] == read.headers["Cache-Control"] == "no-store"
    assert document.items() >= QUESTION.items()
    assert document["created_at"] == document["updated_at"]
    assert (read.status_code, read.json()) == (200, document)
    assert mine("GET", "/saved").json() == {"saved": [document], "paging_token": None}


def test_a_question_is_replaced_and_deleted(mine: Callable[..., httpx.Response]) -> None:
    first = saved(mine)
    path = f"/saved/{first['id']}"

    replaced = mine("PUT", path, {"If-Match": first["etag"]}, json=OTHER)
    second = replaced.json()
    stale = mine("PUT", path, {"If-Match": first["etag"]}, json=QUESTION)
    read = mine("GET", path).json()
    kept = mine("DELETE", path, {"If-Match": first["etag"]})
    deleted = mine("DELETE", path, {"If-Match": second["etag"]})

    assert (replaced.status_code, replaced.headers["ETag"]) == (200, second["etag"])
    assert second.items() >= (OTHER | {"created_at": first["created_at"]}).items()
    assert second["updated_at"] >= first["updated_at"]
    assert second["etag"] != first["etag"]
    assert_problem(stale, 412, "precondition-failed")
    assert_problem(kept, 412, "precondition-failed")
    assert read == second
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert mine("GET", "/saved").json()["saved"] == []


def test_the_same_content_is_another_version(mine: Callable[..., httpx.Response]) -> None:
    first = saved(mine)
    replaced = mine("PUT", f"/saved/{first['id']}", {"If-Match": first["etag"]}, json=QUESTION)

    assert replaced.json()["etag"] != first["etag"]


@pytest.mark.parametrize("known", ["deleted", "another tenant's", "never seen"])
def test_what_is_not_there_is_not_found(
    tenants: httpx.Client, mine: Callable[..., httpx.Response], known: str
) -> None:
    saved_id = UNKNOWN_ID
    if known == "deleted":
        saved_id = saved(mine)["id"]
        assert mine("DELETE", f"/saved/{saved_id}").status_code == 204
    elif known == "another tenant's":
        saved_id = saved(caller(tenants, 1))["id"]
    path = f"/saved/{saved_id}"

    for response in (
        mine("GET", path),
        mine("PUT", path, {"If-Match": "*"}, json=QUESTION),
        mine("DELETE", path),
        mine("DELETE", path, {"If-Match": "*"}),
    ):
        assert_problem(response, 404, "saved-not-found")


def test_tenants_see_only_their_own(tenants: httpx.Client) -> None:
    for tenant in (1, 31_000, 31_001):
        saved(caller(tenants, tenant), title=f"of {tenant}")

    for tenant in (31_000, 31_001):
        assert list(listed(caller(tenants, tenant))) == [[f"of {tenant}"]]
    of_operator = {title for page in listed(caller(tenants, 1)) for title in page}
    assert "of 1" in of_operator
    assert of_operator.isdisjoint({"of 31000", "of 31001"})


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("{}", 200),
        ("*", 200),
        ('"other", {}', 200),
        ('"other",{} , "more"', 200),
        ('"other"', 412),
        ("W/{}", 412),
        ("unquoted", 412),
    ],
)
def test_a_version_is_named_as_http_says(
    mine: Callable[..., httpx.Response], given: str, status: int
) -> None:
    document = saved(mine)
    header = {"If-Match": given.format(document["etag"])}
    path = f"/saved/{document['id']}"

    replaced = mine("PUT", path, header, json=OTHER)
    title = mine("GET", path).json()["title"]

    assert (replaced.status_code, title == OTHER["title"]) == (status, status == 200)


def test_a_replacement_must_name_a_version(mine: Callable[..., httpx.Response]) -> None:
    document = saved(mine)

    response = mine("PUT", f"/saved/{document['id']}", json=OTHER)

    assert_problem(response, 428, "precondition-required")
    assert mine("GET", f"/saved/{document['id']}").json() == document


def test_of_writers_with_one_version_one_wins(mine: Callable[..., httpx.Response]) -> None:
    document = saved(mine)
    path, header = f"/saved/{document['id']}", {"If-Match": document["etag"]}

    def replace(number: int) -> httpx.Response:
        return mine("PUT", path, header, json={"title": f"{number}", "state": ""})

    with ThreadPoolExecutor(WRITERS) as threads:
        responses = list(threads.map(replace, range(WRITERS)))

    (winner,) = [response.json() for response in responses if response.status_code == 200]
    assert [r.status_code for r in responses].count(412) == WRITERS - 1
    assert mine("GET", path).json() == winner


def test_pages_stay_while_questions_come_and_go(mine: Callable[..., httpx.Response]) -> None:
    documents = [saved(mine, title=f"{number}") for number in range(7)]
    order = [each["title"] for each in mine("GET", "/saved").json()["saved"]]
    by_title = {each["title"]: f"/saved/{each['id']}" for each in documents}
    pages = listed(mine, limit=2)

    found = next(pages)
    # The page before the next one begins with the last that was read.
    mine("DELETE", by_title[found[-1]])
    mine("DELETE", by_title[order[4]])
    saved(mine, title="new")
    found += next(pages)
    mine("PUT", by_title[order[5]], {"If-Match": "*"}, json={"title": "changed", "state": ""})
    found += [title for page in pages for title in page]

    assert found == [*order[:4], "changed", order[6]]


def test_a_full_last_page_has_no_token(mine: Callable[..., httpx.Response]) -> None:
    for number in range(4):
        saved(mine, title=f"{number}")

    assert [len(page) for page in listed(mine, limit=2)] == [2, 2]
    assert [len(page) for page in listed(mine, limit=4)] == [4]


def test_a_token_belongs_to_its_list(
    tenants: httpx.Client, mine: Callable[..., httpx.Response]
) -> None:
    for _ in range(2):
        saved(mine)
    token = mine("GET", "/saved", params={"limit": 1}).json()["paging_token"]

    for path, send in (("/saved", caller(tenants, 32_000)), ("/queries", mine)):
        response = send("GET", path, params={"paging_token": token})
        assert_problem(response, 400, "invalid-paging-token")


def test_a_tenant_saves_only_so_many(endpoint_url: str) -> None:
    limits = Limits(queries=QueryLimits(saved=SavedLimits(most_of_tenant=3)))
    settings = settings_for(endpoint_url, tenant_required=True)
    with running_service(settings, limits=limits) as client:
        send = caller(client, 33_000)
        documents = [saved(send) for _ in range(3)]
        refused = send("POST", "/saved", json=QUESTION)
        saved(caller(client, 33_001))
        send("DELETE", f"/saved/{documents[0]['id']}")
        saved(send)

    assert_problem(refused, 409, "too-many-saved")
