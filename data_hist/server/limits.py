"""The time limits of the server: for slow clients, and for its shutdown."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ConnectionLimits:
    """How long a connection waits for its client, in seconds.

    `last_request_seconds`: for a request that is on its way when the worker stops.
    `stalled_reader_seconds`: for a client that does not read the response; it may have died.
    `linger_seconds`: before a connection with unread input is closed, which resets it, so that the
    client has read the last response. `probe_seconds`: for the reset by a client that is gone.
    """

    head_seconds: float = 10.0
    last_request_seconds: float = 1.0
    stalled_reader_seconds: float = 300.0
    linger_seconds: float = 2.0
    probe_seconds: float = 0.5


@dataclass(frozen=True)
class ServerLimits:
    """How a server stops, and what it allows its connections, in seconds.

    From SIGTERM to the end it takes at most `stop_seconds`, because orchestrators kill after 30.
    `accept_pause_seconds` is how long it does not accept when file descriptors have run out.
    """

    stop_seconds: float = 25.0
    stop_soon_seconds: float = 1.0
    accept_pause_seconds: float = 1.0
    connection: ConnectionLimits = field(default_factory=ConnectionLimits)


DEFAULT_LIMITS = ServerLimits()
