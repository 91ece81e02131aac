"""How a function in Python fails with an error of Athena's."""

CAUGHT_BY_TRY = (
    "DIVISION_BY_ZERO",
    "INVALID_CAST_ARGUMENT",
    "INVALID_FUNCTION_ARGUMENT",
    "NUMERIC_VALUE_OUT_OF_RANGE",
)


class LastingFailure(ValueError):
    """A failure that TRY does not turn into NULL."""


def failure(name: str, text: str) -> ValueError:
    """Build what a function raises to fail with an error of Athena's."""
    kind = ValueError if name in CAUGHT_BY_TRY else LastingFailure
    # Only the first line of what Python raises reaches the caller.
    return kind(f"{name}:{text.replace(chr(10), ' ')}")


def invalid_argument(text: str) -> ValueError:
    """Build the failure for an argument that a function cannot take."""
    return failure("INVALID_FUNCTION_ARGUMENT", text)


class _NamedByMessage(type):
    message: str

    def __str__(cls) -> str:
        return cls.message


def unfit_result(error: LastingFailure) -> object:
    """Build a result that DuckDB cannot convert: its error, which names the type, passes TRY.

    DuckDB's TRY catches whatever a function in Python raises.
    """
    return _NamedByMessage("Unfit", (), {"message": f"ValueError: {error}\n"})()
