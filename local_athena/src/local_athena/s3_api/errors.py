"""The errors of S3, by code, with their HTTP status."""

_ERRORS = {
    "AccessDenied": (403, "Access Denied"),
    "AuthorizationQueryParametersError": (
        400,
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    ),
    "BadDigest": (400, "The Content-MD5 you specified did not match what we received."),
    "ConditionalRequestConflict": (
        409,
        "The conditional request cannot succeed: the object was changed by another request",
    ),
    "IncompleteBody": (400, "The request body terminated unexpectedly."),
    "InvalidArgument": (400, "Invalid Argument"),
    "InvalidBucketName": (400, "The specified bucket is not valid."),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "InvalidRequest": (
        400,
        "The authorization mechanism you have provided is not supported. Please use "
        "AWS4-HMAC-SHA256.",
    ),
    "InvalidURI": (400, "Couldn't parse the specified URI."),
    "KeyTooLongError": (400, "Your key is too long, or lies below another object"),
    "MalformedXML": (400, "The XML you provided was not well-formed."),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NotImplemented": (501, "A request you provided implies functionality not implemented here"),
    "PreconditionFailed": (
        412,
        "At least one of the pre-conditions you specified did not hold",
    ),
    "SignatureDoesNotMatch": (
        403,
        "The request signature we calculated does not match the signature you provided. Check your "
        "key and signing method.",
    ),
}


class S3Error(Exception):
    """A request that S3 refuses."""

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code = code
        self.status, usual = _ERRORS[code]
        self.message = message or usual
        super().__init__(self.message)
