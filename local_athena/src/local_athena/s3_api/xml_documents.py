"""Render and parse the XML of S3: errors, listings, and keys to delete."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree

from local_athena.s3_api.object_store import ObjectInfo

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Element = ElementTree.Element


@dataclass(frozen=True)
class Listing:
    """A page of ListObjectsV2, and its request."""

    bucket: str
    prefix: str
    delimiter: str
    max_keys: int
    start_after: str
    token: str | None
    next_token: str | None
    objects: tuple[ObjectInfo, ...]
    common_prefixes: tuple[str, ...]
    url_encoded: bool

    def text(self, value: str) -> str:
        """Encode a key as requested: XML cannot represent every character."""
        return quote(value, safe="/*-._~") if self.url_encoded else value


def error_xml(code: str, message: str, resource: str) -> bytes:
    """Render an error."""
    return _document("Error", [("Code", code), ("Message", message), ("Resource", resource)])


def listing_xml(listing: Listing) -> bytes:
    """Render a page of ListObjectsV2."""
    members = [
        ("Name", listing.bucket),
        ("Prefix", listing.text(listing.prefix)),
        ("Delimiter", listing.text(listing.delimiter) or None),
        ("MaxKeys", str(listing.max_keys)),
        ("StartAfter", listing.text(listing.start_after) or None),
        ("EncodingType", "url" if listing.url_encoded else None),
        ("KeyCount", str(len(listing.objects) + len(listing.common_prefixes))),
        ("IsTruncated", "true" if listing.next_token else "false"),
        ("ContinuationToken", listing.token),
        ("NextContinuationToken", listing.next_token),
    ]
    root = _element("ListBucketResult", members, xmlns=_NAMESPACE)
    root.extend(_contents(listing, info) for info in listing.objects)
    root.extend(
        _element("CommonPrefixes", [("Prefix", listing.text(prefix))])
        for prefix in listing.common_prefixes
    )
    return _rendered(root)


def location_xml() -> bytes:
    """Render the response of GetBucketLocation; empty, as for every bucket of us-east-1."""
    return _rendered(_element("LocationConstraint", [], xmlns=_NAMESPACE))


def deleted_xml(keys: Iterable[str]) -> bytes:
    """Render the response of DeleteObjects."""
    root = _element("DeleteResult", [], xmlns=_NAMESPACE)
    root.extend(_element("Deleted", [("Key", key)]) for key in keys)
    return _rendered(root)


def keys_to_delete(body: bytes) -> tuple[list[str], bool]:
    """Parse the keys of a DeleteObjects request, and whether its response is to be quiet.

    Raises:
        ValueError: It is not such a document.
    """
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - the caller is on this machine
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    keys = [key.text or "" for key in root.findall("{*}Object/{*}Key")]
    return keys, root.findtext("{*}Quiet") == "true"


def _contents(listing: Listing, info: ObjectInfo) -> Element:
    modified = info.modified_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return _element(
        "Contents",
        [
            ("Key", listing.text(info.key)),
            ("LastModified", modified),
            ("ETag", info.etag),
            ("Size", str(info.size)),
            ("StorageClass", "STANDARD"),
        ],
    )


def _element(tag: str, members: Iterable[tuple[str, str | None]], **attributes: str) -> Element:
    element = ElementTree.Element(tag, attributes)
    for name, text in members:
        if text is not None:
            ElementTree.SubElement(element, name).text = text
    return element


def _document(tag: str, members: Iterable[tuple[str, str | None]]) -> bytes:
    return _rendered(_element(tag, members))


def _rendered(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root)
