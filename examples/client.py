"""Files a grievance and keeps the receipt; reads what changed, going on where it stopped. Needs only Python.

HUIYIN=https://petitions.example HUIYIN_TOKEN=hyt_… python3 client.py file "村口的路没有人来修。" receipts/
HUIYIN=https://petitions.example HUIYIN_TOKEN=hyt_… python3 client.py changes receipts/
"""

import json
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen


def call(path, body=None):
    """The JSON of one answer; what did not get through is sent again, which its key makes safe."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    headers["Authorization"] = f"Bearer {os.environ['HUIYIN_TOKEN']}"
    request = Request(f"{os.environ['HUIYIN']}/api/v1/{path}", body and json.dumps(body).encode(), headers)
    for wait in (1, 5, 25, 125):
        try:
            return json.load(urlopen(request, timeout=30))
        except HTTPError as refused:
            sys.exit(refused.read().decode())
        except URLError:
            time.sleep(wait)
    return sys.exit("no network")


def file(body, folder):
    told = call("cases", {"body": body}) | {"words.txt": body}
    for name, ending in {"proof": "tlog-proof", "opening": "opening.json", "words.txt": "words.txt"}.items():
        (folder / f"{told['case']}.{ending}").write_text(told[name], "utf-8")
    print(f"{told['number']}, entry {told['entry']} of the log; its code, shown once: {told['code']}")


def changes(folder):
    place, more = folder / "after", True
    while more:
        page = call(f"changes?after={place.read_text() if place.exists() else -1}")
        for one in page["changes"]:
            print(one["entry"], one["at"], one["case"], one["kind"])
        more = place.write_text(str(page["after"])) and page["more"]


if __name__ == "__main__":
    {"file": file, "changes": changes}[sys.argv[1]](*sys.argv[2:-1], Path(sys.argv[-1]))
