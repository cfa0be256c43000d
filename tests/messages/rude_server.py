"""A mail server that fails where a test says, at any phase of SMTP, on a real socket."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

GREETING = {"CONNECT": "220 rude", "EHLO": "250 rude", "DATA": "354 Go on", "QUIT": "221 Bye"}


class RudeServer:
    """Speaks just enough SMTP. `fault` is what it does instead of its answer at `phase`.

    A fault is an answer ("451 Try later"), "close" to hang up, "hang" to say nothing, "reset" to
    break the connection, or "take, then close"; `times` says how often, and then it is polite.
    """

    def __init__(self, phase: str, fault: str, *, times: int = 10**6) -> None:
        self._phase, self._fault, self._times = phase, fault, times
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.address = self._listener.getsockname()
        self.mails: list[bytes] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            if not self._answer(connection, "CONNECT"):
                return
            for line in lines:
                phase = line[:4].decode().upper().replace("HELO", "EHLO")
                refused = self._fails(phase)
                if not self._answer(connection, phase):
                    return
                if phase == "DATA" and not refused and not self._take(connection, lines.readline):
                    return
                if phase == "QUIT":
                    return

    def _take(self, connection: socket.socket, readline: Callable[[], bytes]) -> bool:
        """The mail itself; a server that fails here has read half of it."""
        if self._fails("CONTENT") and self._fault in {"close", "hang", "reset"}:
            readline()
            return self._answer(connection, "CONTENT")
        content = []
        while (line := readline()) not in (b".\r\n", b""):
            content.append(line)
        if self._fails("CONTENT") and self._fault != "take, then close":
            return self._answer(connection, "CONTENT")
        if self._fails("CONTENT"):
            self._times -= 1
            self.mails.append(b"".join(content))
            return False
        self.mails.append(b"".join(content))
        connection.sendall(b"250 Taken\r\n")
        return True

    def _fails(self, phase: str) -> bool:
        return phase == self._phase and self._times > 0

    def _answer(self, connection: socket.socket, phase: str) -> bool:
        """False when the connection is over."""
        if not self._fails(phase):
            connection.sendall(f"{GREETING.get(phase, '250 OK')}\r\n".encode())
            return True
        self._times -= 1
        if self._fault == "close":
            return False
        if self._fault == "hang":
            threading.Event().wait(5)
            return False
        if self._fault == "reset":
            linger_not = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
            return False
        connection.sendall(f"{self._fault}\r\n".encode())
        return not self._fault.startswith("421")
