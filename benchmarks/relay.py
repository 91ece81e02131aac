"""The baseline of every service: a process that relays the bytes of the stub."""

import re
import socket
import sys

_BUFFER_BYTES = 1024 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _relay(caller: socket.socket, stub: socket.socket, buffer: memoryview) -> None:
    stub.sendall(caller.recv(_BUFFER_BYTES))
    head = stub.recv(_BUFFER_BYTES)
    caller.sendall(head)
    before_body, _, begun = head.partition(b"\r\n\r\n")
    length = _LENGTH.search(before_body)
    missing = int(length[1]) - len(begun) if length else 0
    while missing > 0:
        count = stub.recv_into(buffer)
        caller.sendall(buffer[:count])
        missing -= count


def _serve(port: int, stub_port: int) -> None:
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    with (
        socket.create_server(("127.0.0.1", port)) as listener,
        socket.create_connection(("127.0.0.1", stub_port)) as stub,
    ):
        while True:
            caller, _ = listener.accept()
            with caller:
                # Whoever only looks whether somebody listens sends nothing.
                if caller.recv(1, socket.MSG_PEEK):
                    _relay(caller, stub, buffer)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
