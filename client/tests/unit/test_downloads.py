"""Whole results over connections that break."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from data_hist_client import (
    Client,
    DataHistError,
    DownloadBroken,
    NotFound,
    Result,
    ServiceFault,
    UsageError,
)
from data_hist_client.frames import BatchReader
from data_hist_client.readers import query_state

from tests.scripted import URL, TurnedClock, client_of, problem, query

CSV = b'"n"\n' + b"".join(b'"%d"\n' % n for n in range(5000))
ETAG = '"an-etag"'


class Broken(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, body: bytes, length: int) -> None:
        self._body, self._length = body, length

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: self._length]
        if self._length < len(self._body):
            raise httpx.ReadError("The connection broke.")


class Store:
    """A service that has one result, and breaks off each response after so many bytes."""

    def __init__(self, body: bytes, breaks: list[int], etags: list[str | None]) -> None:
        self._body, self._breaks, self._etags = body, iter(breaks), iter(etags)
        self.ranges: list[str | None] = []
        self.clock = TurnedClock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.params.get("delivery") == "link":
            return httpx.Response(403, json=problem("forbidden", 403))
        assert request.headers["Accept-Encoding"] == "identity"
        self.ranges.append(request.headers.get("Range"))
        etag = next(self._etags, None)
        length = next(self._breaks, len(self._body))
        headers = {"ETag": etag} if etag else {}
        if "Range" in request.headers and request.headers["If-Range"] == etag:
            start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            headers["Content-Range"] = f"bytes {start}-{len(self._body) - 1}/{len(self._body)}"
            return httpx.Response(206, headers=headers, stream=Broken(self._body[start:], length))
        return httpx.Response(200, headers=headers, stream=Broken(self._body, length))


def result_of(client: Client) -> Result:
    return client.result_of(query_state(query()))


def always(etag: str | None) -> list[str | None]:
    return [etag] * 100


def test_a_csv_goes_on_where_it_broke(tmp_path: Path) -> None:
    store = Store(CSV, [1000, 0, 70], always(ETAG))

    path = result_of(client_of(store, store.clock)).download(tmp_path / "x.csv")

    assert path.read_bytes() == CSV
    assert store.ranges == [None, "bytes=1000-", "bytes=1000-", "bytes=1070-"]
    # A download that gets on may break as often again.
    assert store.clock.slept == [0.5, 1.0, 0.5]
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]


def test_a_csv_that_gets_on_may_break_any_number_of_times(tmp_path: Path) -> None:
    store = Store(CSV, [1000] * 30, always(ETAG))

    result_of(client_of(store, store.clock)).download(tmp_path / "x.csv")

    assert (tmp_path / "x.csv").read_bytes() == CSV


@pytest.mark.parametrize("etags", [always(None), [ETAG, '"another"', '"another"']])
def test_what_cannot_go_on_begins_again(tmp_path: Path, etags: list[str | None]) -> None:
    store = Store(CSV, [1000, 2000], etags)

    result_of(client_of(store, store.clock)).download(tmp_path / "x.csv")

    assert (tmp_path / "x.csv").read_bytes() == CSV


def test_a_download_that_breaks_too_often_leaves_no_file(tmp_path: Path) -> None:
    store = Store(CSV, [1000] * 4, always(None))

    with pytest.raises(DownloadBroken):
        result_of(client_of(store, store.clock)).download(tmp_path / "x.ndjson")

    assert list(tmp_path.iterdir()) == []


def test_bytes_that_were_given_away_cannot_be_taken_back() -> None:
    goes_on = Store(CSV, [1000], always(ETAG))
    begins_again = Store(CSV, [1000], always(None))

    assert b"".join(result_of(client_of(goes_on)).stream("csv")) == CSV
    with pytest.raises(DownloadBroken):
        list(result_of(client_of(begins_again)).stream("ndjson"))


def arrow_stream(batches: int) -> bytes:
    schema = pa.schema([("n", pa.int64())])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for start in range(0, batches * 100, 100):
            column = pa.array(range(start, start + 100))
            writer.write_batch(pa.record_batch([column], schema=schema))
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


@pytest.mark.parametrize("size", [1, 7, 512, 100_000])
def test_batches_are_given_as_soon_as_they_are_whole(size: int) -> None:
    whole = arrow_stream(3)
    reader = BatchReader()
    arrived = list(pa.ipc.open_stream(whole))
    sizes = [0]
    for start in range(0, len(whole), size):
        sizes.append(sizes[-1] + len(list(reader.take(whole[start : start + size]))))
    reader.end()

    assert sizes[-1] == len(arrived)
    assert size > len(whole) or sizes[len(sizes) // 2] in {1, 2}


@pytest.mark.parametrize("lacking", [1, 8, 300, 10_000])
def test_a_stream_without_its_end_is_broken(lacking: int) -> None:
    whole = arrow_stream(3)
    reader = BatchReader()
    list(reader.take(whole[: max(0, len(whole) - lacking)]))

    with pytest.raises(DownloadBroken):
        reader.end()


@pytest.mark.parametrize("length", [0, 10, 2000, 5000])
def test_a_broken_arrow_stream_gives_each_row_once(length: int) -> None:
    whole = arrow_stream(10)
    store = Store(whole, [length, length], always(None))
    result = result_of(client_of(store, store.clock))

    rows = [n for batch in result.to_batches() for n in batch.column("n").to_pylist()]

    assert rows == list(range(1000))
    assert result.to_arrow().column("n").to_pylist() == rows


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([httpx.Response(404, json=problem("query-not-found", 404))] * 2, NotFound),
        ([httpx.Response(503, json=problem("overloaded", 503, retryable=True))] * 5, ServiceFault),
    ],
)
def test_a_result_that_is_refused(
    tmp_path: Path, answers: list[httpx.Response], error: type[DataHistError]
) -> None:
    script = iter(answers)

    with pytest.raises(error):
        result_of(client_of(lambda _: next(script))).download(tmp_path / "x.csv")

    assert next(script, None) is None


def test_a_busy_service_is_asked_again_when_it_says(tmp_path: Path) -> None:
    busy: dict[str, Any] = problem("overloaded", 503, retryable=True)
    answers = iter([httpx.Response(503, json=busy, headers={"Retry-After": "7"})])
    clock = TurnedClock()

    client = client_of(
        lambda _: next(answers, httpx.Response(200, stream=Broken(CSV, len(CSV)))), clock
    )
    result_of(client).download(tmp_path / "x.ndjson")

    assert clock.slept == [7.0]


@pytest.mark.parametrize(("name", "chosen"), [("x", None), ("x.txt", None), ("x.csv", "xml")])
def test_a_format_that_is_none(tmp_path: Path, name: str, chosen: str | None) -> None:
    with pytest.raises(UsageError, match="csv, ndjson, json, arrow, parquet"):
        result_of(client_of(Store(CSV, [], []))).download(tmp_path / name, chosen)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Cannot write"):
        result_of(client_of(Store(CSV, [], []))).download(tmp_path / "none" / "x.csv")


class Storage:
    """A service that gives links, and S3, which does this with each of them.

    An answer of S3 is after how many bytes it breaks off, an error, or an exception.
    """

    def __init__(self, answers: list[int | httpx.Response | httpx.RequestError]) -> None:
        self._answers = iter(answers)
        self.service = Store(CSV, [], always(ETAG))
        self.links = 0
        self.ranges: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "s3.example":
            return self._answer(request)
        if request.url.params.get("delivery") != "link":
            return self.service(request)
        self.links += 1
        assert request.headers["Accept"] == "application/json"
        return httpx.Response(200, json={"url": f"https://s3.example/x?signature={self.links}"})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["signature"] == str(self.links)
        assert not {"authorization", "x-trebuchet-tenant-id", "user-agent"} & {*request.headers}
        self.ranges.append(request.headers.get("Range"))
        answer = next(self._answers, len(CSV))
        if isinstance(answer, httpx.RequestError):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        headers = {"ETag": ETAG}
        if "Range" not in request.headers:
            return httpx.Response(200, headers=headers, stream=Broken(CSV, answer))
        assert request.headers["If-Match"] == ETAG
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        headers["Content-Range"] = f"bytes {start}-{len(CSV) - 1}/{len(CSV)}"
        return httpx.Response(206, headers=headers, stream=Broken(CSV[start:], answer))


@pytest.mark.parametrize(
    ("answers", "ranges", "links", "of_service"),
    [
        ([], [None], 1, []),
        ([1000], [None, "bytes=1000-"], 2, []),
        # It has expired before the rest was requested.
        ([1000, httpx.Response(403)], [None, "bytes=1000-"], 2, ["bytes=1000-"]),
        ([httpx.ConnectError("No way to S3.")], [None], 1, [None]),
        ([httpx.Response(403)], [None], 1, [None]),
        ([0], [None], 1, [None]),
        ([10, 10, 0], [None, "bytes=10-", "bytes=20-"], 3, ["bytes=20-"]),
        ([10, httpx.Response(412)], [None, "bytes=10-"], 2, ["bytes=10-"]),
    ],
)
def test_a_large_csv_comes_from_s3_where_it_can(
    tmp_path: Path,
    answers: list[Any],
    ranges: list[str | None],
    links: int,
    of_service: list[str | None],
) -> None:
    storage = Storage(answers)
    with Client(
        URL, auth=("ada", "secret"), tenant=1, transport=httpx.MockTransport(storage)
    ) as client:
        result_of(client).download(tmp_path / "x.csv")

    assert (tmp_path / "x.csv").read_bytes() == CSV
    assert (storage.ranges, storage.links) == (ranges, links)
    assert storage.service.ranges == of_service


def test_only_a_large_csv_comes_by_link(tmp_path: Path) -> None:
    storage = Storage([])
    page = {"columns": [], "rows": [], "row_offset": 0, "paging_token": None}
    client = client_of(storage)

    result_of(client).download(tmp_path / "x.ndjson")
    client.result_of(query_state(query(page=page))).download(tmp_path / "x.csv")

    assert storage.links == 0


def test_a_link_reaches_no_log_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    unreachable = Storage([httpx.ConnectError("No way to S3.")])

    for storage in (Storage([]), unreachable):
        result_of(client_of(storage)).download(tmp_path / "x.csv")

    assert "results" in caplog.text
    assert "signature" not in caplog.text
