"""Documents in S3: what is sent, and what the answers of S3 mean."""

import io
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws

from data_hist.athena.client import CallLimits
from data_hist.athena.stored_documents import (
    DocumentChanged,
    DocumentMissing,
    DocumentStore,
    ListedDocument,
    StoredDocument,
)
from data_hist.athena.transport import create_client, create_session
from data_hist.errors import EngineFailed, EngineUnavailable, Throttled
from tests.unit.athena.conftest import AWS_SETTINGS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET, PREFIX, KEY = "results", "data_hist/saved/tenant=1/", "data_hist/saved/tenant=1/x.json"
MEMBERS = {"title": "\u00e9"}
AT = {"Bucket": BUCKET, "Key": KEY}
PUT = {**AT, "Body": '{"title": "\u00e9"}'.encode(), "ContentType": "application/json"}
GONE = {"ResponseMetadata": {"HTTPStatusCode": 204}}
ATTEMPTS = 3
NO_PAUSES = CallLimits(first_pause_seconds=0)


class StubbedStore:
    """A store whose S3 answers as the test says."""

    def __init__(self) -> None:
        s3 = create_client(create_session(AWS_SETTINGS), "s3", AWS_SETTINGS)
        self.documents = DocumentStore(AWS_SETTINGS, s3=s3, limits=NO_PAUSES)
        self.s3 = Stubber(s3)

    def found(self, members: object, etag: str = '"a"') -> None:
        """Answer a GetObject."""
        content = json.dumps(members).encode()
        body = StreamingBody(io.BytesIO(content), len(content))  # type: ignore[no-untyped-call]
        self.s3.add_response("get_object", {"Body": body, "ETag": etag}, AT)

    def refuse(self, method: str, code: str, status: int) -> None:
        self.s3.add_client_error(method, code, http_status_code=status)


@pytest.fixture
def store() -> Iterator[StubbedStore]:
    stubbed = StubbedStore()
    with stubbed.s3:
        yield stubbed
        stubbed.s3.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("after", "sent"), [("", {}), (f"{PREFIX}a.json", {"StartAfter": f"{PREFIX}a.json"})]
)
def test_a_list_is_one_call(store: StubbedStore, after: str, sent: dict[str, str]) -> None:
    entry = {"Key": KEY, "ETag": '"a"', "Size": 3}
    store.s3.add_response(
        "list_objects_v2",
        {"KeyCount": 1, "Contents": [entry]},
        {"Bucket": BUCKET, "Prefix": PREFIX, "MaxKeys": 51, **sent},
    )

    assert store.documents.list_documents(PREFIX, after, 51) == [ListedDocument(KEY, '"a"')]


@pytest.mark.parametrize("answer", [{}, {"KeyCount": 1, "Contents": [{"Key": KEY}]}])
def test_a_list_that_is_none_is_no_empty_list(store: StubbedStore, answer: dict[str, Any]) -> None:
    for _ in range(ATTEMPTS):
        store.s3.add_response("list_objects_v2", answer)

    with pytest.raises(EngineFailed):
        store.documents.list_documents(PREFIX, "", 51)


def test_writes_say_what_has_to_be_there(store: StubbedStore) -> None:
    store.s3.add_response("put_object", {"ETag": '"a"'}, PUT | {"IfNoneMatch": "*"})
    store.s3.add_response("put_object", {"ETag": '"b"'}, PUT | {"IfMatch": '"a"'})
    store.s3.add_response("delete_object", GONE, AT | {"IfMatch": '"b"'})
    store.s3.add_response("delete_object", GONE, AT | {"IfMatch": "*"})

    assert store.documents.create(KEY, MEMBERS) == '"a"'
    assert store.documents.replace(KEY, MEMBERS, '"a"') == '"b"'
    store.documents.delete(KEY, '"b"')
    store.documents.delete(KEY)


CALLS: dict[str, tuple[str, Callable[[DocumentStore], object]]] = {
    "read": ("get_object", lambda documents: documents.read(KEY)),
    "list": ("list_objects_v2", lambda documents: documents.list_documents(PREFIX, "", 51)),
    "create": ("put_object", lambda documents: documents.create(KEY, MEMBERS)),
    "replace": ("put_object", lambda documents: documents.replace(KEY, MEMBERS, '"a"')),
    "delete": ("delete_object", lambda documents: documents.delete(KEY)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("AccessDenied", 403, EngineUnavailable),
        ("NoSuchBucket", 404, EngineUnavailable),
        ("SomethingNew", 400, EngineFailed),
        ("SlowDown", 503, Throttled),
        ("InternalError", 500, EngineUnavailable),
        ("NotImplemented", 501, EngineUnavailable),
        ("ConditionalRequestConflict", 409, EngineUnavailable),
        ("OperationAborted", 409, EngineUnavailable),
    ],
)
def test_faults_of_s3_are_those_of_the_engine(
    store: StubbedStore, name: str, code: str, status: int, error: type[Exception]
) -> None:
    method, call = CALLS[name]
    is_passing = status in (409, 500, 501, 503)
    for _ in range(ATTEMPTS if is_passing else 1):
        store.refuse(method, code, status)

    with pytest.raises(error):
        call(store.documents)


@pytest.mark.parametrize(
    ("name", "code", "status", "error"),
    [
        ("read", "NoSuchKey", 404, DocumentMissing),
        ("read", "PreconditionFailed", 412, EngineFailed),
        ("read", "InvalidObjectState", 403, EngineFailed),
        ("replace", "NoSuchKey", 404, DocumentMissing),
        ("delete", "NoSuchKey", 404, DocumentMissing),
        ("delete", "PreconditionFailed", 412, DocumentChanged),
    ],
)
def test_refusals_tell_of_the_document(
    store: StubbedStore, name: str, code: str, status: int, error: type[Exception]
) -> None:
    method, call = CALLS[name]
    store.refuse(method, code, status)

    with pytest.raises(error):
        call(store.documents)


@pytest.mark.parametrize("name", ["create", "replace"])
def test_a_write_whose_response_was_lost_finds_itself(store: StubbedStore, name: str) -> None:
    method, call = CALLS[name]
    store.refuse(method, "InternalError", 500)
    store.refuse(method, "PreconditionFailed", 412)
    store.found(MEMBERS, '"mine"')

    assert call(store.documents) == '"mine"'


@pytest.mark.parametrize("name", ["create", "replace"])
def test_a_write_that_finds_another_has_lost(store: StubbedStore, name: str) -> None:
    method, call = CALLS[name]
    store.refuse(method, "PreconditionFailed", 412)
    store.found({"title": "another"})

    with pytest.raises(DocumentChanged):
        call(store.documents)


def test_a_deletion_whose_response_was_lost_is_done(store: StubbedStore) -> None:
    store.refuse("delete_object", "InternalError", 500)
    store.refuse("delete_object", "NoSuchKey", 404)

    store.documents.delete(KEY)


def test_an_answer_to_a_deletion_that_is_none_is_not_believed(store: StubbedStore) -> None:
    store.s3.add_response(
        "delete_object", {"ResponseMetadata": {"HTTPStatusCode": 200}}, AT | {"IfMatch": "*"}
    )
    store.s3.add_response("delete_object", GONE, AT | {"IfMatch": "*"})

    store.documents.delete(KEY)


@pytest.mark.parametrize("damaged", [["title"], "title", None])
def test_a_damaged_answer_is_asked_for_again(store: StubbedStore, damaged: object) -> None:
    store.found(damaged)
    store.found(MEMBERS)

    assert store.documents.read(KEY).members == MEMBERS


def test_an_answer_without_an_etag_is_none(store: StubbedStore) -> None:
    store.s3.add_response("put_object", {}, PUT | {"IfNoneMatch": "*"})
    store.refuse("put_object", "PreconditionFailed", 412)
    store.found(MEMBERS, '"mine"')

    assert store.documents.create(KEY, MEMBERS) == '"mine"'


def test_a_document_lives_on_another_s3() -> None:
    """Moto's, which knows nothing of the embedded one."""
    with mock_aws():
        s3: S3Client = boto3.client(
            "s3", "us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
        )
        s3.create_bucket(Bucket=BUCKET)
        documents = DocumentStore(AWS_SETTINGS, s3=s3)

        first = documents.create(KEY, {"n": 1})
        with pytest.raises(DocumentChanged):
            documents.create(KEY, {"n": 2})
        second = documents.replace(KEY, {"n": 3}, first)
        with pytest.raises(DocumentChanged):
            documents.replace(KEY, {"n": 4}, first)
        with pytest.raises(DocumentChanged):
            documents.delete(KEY, first)

        assert documents.read(KEY) == StoredDocument({"n": 3}, second)
        assert documents.list_documents(PREFIX, "", 51) == [ListedDocument(KEY, second)]
        assert documents.list_documents(PREFIX, KEY, 51) == []
        documents.delete(KEY, second)
        for call in (documents.read, documents.delete):
            with pytest.raises(DocumentMissing):
                call(KEY)
        with pytest.raises(DocumentMissing):
            documents.replace(KEY, {"n": 5}, second)
