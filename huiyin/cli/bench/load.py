"""A small HTTP load generator: N keep-alive connections, each asking again as soon as it is answered.

`python -m huiyin.cli.bench.load PORT PATH KIND CONNECTIONS REQUESTS` prints latencies (s) as JSON. It runs
as a process of its own, so that it does not share an interpreter with what it measures.
"""

import asyncio
import json
import secrets
import sys
import time
from urllib.parse import urlencode

BODY = "我们小区三号楼的外墙从去年春天开始渗水，找过物业和社区很多次，一直没有人来修。" * 12


class Refused(RuntimeError):
    """The server answered something else than the filing that was asked for."""


def form(csrf: str) -> bytes:
    """A filing with a 1.5 KB body, as the browser would send it, with a one-time token of its own."""
    fields = {
        "csrfmiddlewaretoken": csrf,
        "token": secrets.token_urlsafe(16),
        "at": "3",
        "do": "send",
        "title": "外墙渗水无人维修",
        "body": BODY[:500],
        "request": "请安排维修",
        "purpose": "request",
        "about": "no",
        "category": "construction",
        "place_detail": "三号楼",
        "identity": "open",
        "name": "测试",
        "phone": "13000000001",
    }
    return urlencode(fields).encode()


class Client:
    """One connection."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path, self.cookie, self.csrf = port, path, "", ""

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        headers, _ = await self._exchange(b"GET", b"", "text/html")
        for line in headers.split("\r\n"):
            if line.lower().startswith("set-cookie:") and "csrftoken=" in line:
                self.csrf = line.split("csrftoken=", 1)[1].split(";", 1)[0]
                self.cookie = f"csrftoken={self.csrf}"

    async def post(self) -> float:
        started = time.perf_counter()
        headers, body = await self._exchange(b"POST", form(self.csrf), "application/json")
        if " 200 " not in headers.split("\r\n", 1)[0]:
            raise Refused(headers.split("\r\n", 1)[0] + " " + body[:200].decode(errors="replace"))
        return time.perf_counter() - started

    async def _exchange(self, method: bytes, body: bytes, accept: str) -> tuple[str, bytes]:
        head = (
            f"{method.decode()} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: {accept}\r\n"
            f"Cookie: {self.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        headers = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        lines = headers.lower().split("\r\n")
        length = next((int(x.split(":", 1)[1]) for x in lines if x.startswith("content-length:")), None)
        if length is None:
            raise Refused("no content-length in the answer")
        return headers, await self.reader.readexactly(length)


async def run(port: int, path: str, connections: int, requests: int) -> dict[str, object]:
    clients = [Client(port, path) for _ in range(connections)]
    for client in clients:
        await client.open()
    for client in clients[: min(8, connections)]:
        await client.post()
    left = [requests]
    latencies: list[float] = []

    async def work(client: Client) -> None:
        while left[0] > 0:
            left[0] -= 1
            latencies.append(await client.post())

    started = time.perf_counter()
    await asyncio.gather(*(work(client) for client in clients))
    return {"seconds": time.perf_counter() - started, "latencies": latencies}


if __name__ == "__main__":
    port, path, connections, requests = sys.argv[1:5]
    print(json.dumps(asyncio.run(run(int(port), path, int(connections), int(requests)))))
