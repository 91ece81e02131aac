"""The STS API: GetCallerIdentity, with which clients check their credentials. Any are accepted."""

import uuid
from urllib.parse import parse_qs
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_ACCOUNT = "000000000000"
_IDENTITY = {
    "Arn": f"arn:aws:iam::{_ACCOUNT}:user/local-athena",
    "UserId": "local-athena",
    "Account": _ACCOUNT,
}


async def serve_sts(request: Request) -> Response:
    """Serve a call of the Query protocol: a form in, XML out."""
    form = parse_qs((await request.body()).decode("latin-1"))
    action = form.get("Action", [""])[0]
    if action == "GetCallerIdentity":
        return _respond("GetCallerIdentityResponse", "GetCallerIdentityResult", _IDENTITY, 200)
    error = {
        "Type": "Sender",
        "Code": "InvalidAction",
        "Message": f"Could not find operation {action} for version 2011-06-15",
    }
    return _respond("ErrorResponse", "Error", error, 400)


def _respond(root_tag: str, tag: str, members: dict[str, str], status: int) -> Response:
    root = ElementTree.Element(root_tag, xmlns=_NAMESPACE)
    result = ElementTree.SubElement(root, tag)
    for name, text in members.items():
        ElementTree.SubElement(result, name).text = text
    request_id = str(uuid.uuid4())
    if status == 200:
        metadata = ElementTree.SubElement(root, "ResponseMetadata")
        ElementTree.SubElement(metadata, "RequestId").text = request_id
    else:
        ElementTree.SubElement(root, "RequestId").text = request_id
    headers = {"x-amzn-RequestId": request_id}
    return Response(ElementTree.tostring(root), status, headers, media_type="text/xml")
