"""How a function in Python fails with an error of Athena's."""


def failure(name: str, text: str) -> ValueError:
    """Build what a function raises to fail with an error of Athena's."""
    # Only the first line of what Python raises reaches the caller.
    return ValueError(f"{name}:{text.replace(chr(10), ' ')}")


def invalid_argument(text: str) -> ValueError:
    """Build the failure for an argument that a function cannot take."""
    return failure("INVALID_FUNCTION_ARGUMENT", text)
