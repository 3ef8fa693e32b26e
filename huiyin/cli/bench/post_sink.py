"""A mail server that takes everything and keeps numbers and the last letter: for `bench post` alone."""

import asyncio
import threading
import time
from collections import Counter


class Sink:
    """Listens on a port of this computer in a thread of its own. `taken`: how often each Message-ID came."""

    def __init__(self) -> None:
        self.taken: Counter[bytes] = Counter()
        self.letter = b""
        self.port = 0
        self.first = self.last = 0.0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def begin(self) -> None:
        """Count the seconds from the next message on."""
        self.first = self.last = 0.0

    def seconds(self) -> float:
        """From the first to the last message since `begin`."""
        return self.last - self.first

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    self._take(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed
        finally:
            writer.close()

    def _take(self, letter: bytes) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.letter = letter.removesuffix(b".\r\n")
        head = letter.partition(b"\r\n\r\n")[0].split(b"\r\n")
        number = next(line for line in head if line.lower().startswith(b"message-id:"))
        self.taken[number.partition(b":")[2].strip()] += 1
