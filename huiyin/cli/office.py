"""Commands for whoever installs and runs an office: init, demo, serve, worker, doctor."""

import argparse
import ctypes
import getpass
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huiyin.cli.shell import Commands, Fault, command, existing_file, is_older, now, progress, ready, start

DEMO_PASSWORD = "linjiang-demo-2026"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add(commands: Commands) -> None:
    made = command(
        commands,
        "init",
        init,
        "Make the data folder, the keys, the database and the offices. Safe to run again.",
        "huiyin init --offices county.toml",
    )
    made.add_argument(
        "--offices", type=existing_file, metavar="FILE", help="a county file (default: one office)"
    )
    made.add_argument("--password", default="", help="first password of the officers in the file")

    command(
        commands,
        "password",
        password,
        "Set an officer's password: asked for twice, or read from standard input.",
        "huiyin password clerk",
    ).add_argument("login")

    made = command(
        commands,
        "demo",
        demo,
        "An invented county, seeded, in the browser: Linjiang, or one for another book.",
        "huiyin demo --book cpgrams-2024",
    )
    made.add_argument(
        "--book", default="", metavar="ID", help="a procedure book (default: cn-xinfang-2022, Linjiang)"
    )
    made.add_argument("--no-serve", action="store_true", help="seed only")

    made = command(
        commands, "serve", serve, "Serve the pages and run the background worker.", "huiyin serve --port 8000"
    )
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=0, help="default: HUIYIN_PORT, else 8000")
    made.add_argument("--workers", type=int, default=1, help="web processes")
    made.add_argument("--threads", type=int, default=8, help="threads of each web process")
    made.add_argument("--tls", action="store_true", help="https with a county certificate made on first use")

    command(
        commands,
        "worker",
        worker,
        "The background worker alone (serve starts one): numbers facts, records passed dates, sends post.",
        "huiyin worker",
    )

    made = command(
        commands,
        "doctor",
        doctor,
        "Look over settings, keys, database and log, and name every fault.",
        "huiyin doctor --json",
    )
    made.add_argument("--scrub", action="store_true", help="clear what erased rows left in the files")
    made.add_argument("--json", action="store_true")


# --- init -------------------------------------------------------------------------------------


def init(arguments: argparse.Namespace) -> None:
    start()
    from django.conf import settings

    _set_up(arguments.offices, arguments.password)
    print(f"ready: {settings.HUIYIN_DATA}")


def _set_up(county: Path | None, password: str) -> None:
    """Folder, keys, tables, offices; each step leaves a folder that a second run completes."""
    from django.conf import settings
    from django.core.management import call_command

    from huiyin.casework import health
    from huiyin.ledger import sequencer
    from huiyin.offices import county as county_file

    settings.HUIYIN_DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    older = is_older()
    call_command("migrate", verbosity=0, interactive=False)
    try:
        health.make_keys()
        health.prepare()
        if county:
            county_file.load_county(county, password)
        else:
            county_file.one_office_county()
        health.check_books()
    except (*health.Trouble, county_file.CountyFault) as fault:
        raise Fault(str(fault)) from None
    if older:
        _project_again()
    sequencer.integrate()


def _project_again() -> None:
    """Tables of an older version are made again from facts, which no version changes."""
    from huiyin.cli.log import made_again
    from huiyin.ledger.facts import writing

    with writing():
        for _ in made_again(check=False):
            pass


def password(arguments: argparse.Namespace) -> None:
    ready()
    from huiyin.offices.county import CountyFault, set_password

    try:
        set_password(arguments.login, _asked_twice())
    except CountyFault as fault:
        raise Fault(str(fault)) from None
    print(f"{arguments.login} can log in")


def _asked_twice() -> str:
    """Typed twice without showing it; a program gives it once, as a line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("new password: ")
    if first != getpass.getpass("once more: "):
        raise Fault("the two are not the same; nothing was changed")
    return first


# --- demo -------------------------------------------------------------------------------------


def demo(arguments: argparse.Namespace) -> int:
    from huiyin.cli import seed

    folder = seed.sample(arguments.book or seed.LINJIANG)
    os.environ["HUIYIN_DEMO"] = "1"
    os.environ.setdefault("HUIYIN_DEMO_PASSWORD", DEMO_PASSWORD)
    if arguments.book:
        _under(arguments.book)
    start()
    _set_up(folder / seed.COUNTY.name, os.environ["HUIYIN_DEMO_PASSWORD"])
    seed.sow(folder)
    _say_hello()
    return 0 if arguments.no_serve else _serve("127.0.0.1", 0, 1, 8, tls=False)


def _under(name: str) -> None:
    """The demonstration's settings for a book: pages in its own language, data in a folder of its own."""
    from huiyin.procedure import load_book

    book = load_book(name)
    os.environ["HUIYIN_BOOK"] = book.name
    os.environ.setdefault("HUIYIN_DATA", f"huiyin-demo-{book.id}")
    os.environ.setdefault("HUIYIN_LANGUAGE", {"zh": "zh-hans"}.get(book.language, book.language))


def _say_hello() -> None:
    from django.conf import settings

    from huiyin.casework.law import book_in_force
    from huiyin.offices import tree

    port, (zh, en) = settings.HUIYIN_PORT, tree.county_names()
    book = book_in_force()
    print(
        f"\n  回音 Huiyin · {zh if book.language == 'zh' else en}\n"
        f"  {book.title.get(book.language)}\n  http://127.0.0.1:{port}/\n\n"
        f"  petitioner: http://127.0.0.1:{port}/file/\n"
        f"  staff:      http://127.0.0.1:{port}/desk/   clerk, officer, head, supervisor, custodian; "
        f"password {os.environ['HUIYIN_DEMO_PASSWORD']}\n\n  Ctrl+C stops.\n",
        flush=True,
    )


# --- serve ------------------------------------------------------------------------------------


def serve(arguments: argparse.Namespace) -> int:
    ready()
    return _serve(arguments.host, arguments.port, arguments.workers, arguments.threads, tls=arguments.tls)


def _serve(host: str, port: int, workers: int, threads: int, *, tls: bool) -> int:
    """Web processes in front, the background worker beside them; both end together."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    options: dict[str, Any] = {}
    if not tls and host not in LOOPBACK:
        print("huiyin: without --tls, names and codes travel in clear on this network", file=sys.stderr)
    if tls:
        from huiyin.cli import certificate

        made = certificate.ensure(settings.HUIYIN_DATA / "tls", host)
        options = {"ssl_cert": made.certificate, "ssl_key": made.key}
        # For the web processes, whether they are forked from this one or started anew.
        os.environ["HUIYIN_HTTPS"] = "1"
        settings.HUIYIN_HTTPS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    background = subprocess.Popen([sys.executable, "-m", "huiyin", "worker"], preexec_fn=_end_with_parent)
    try:
        Granian(
            "huiyin.wsgi:application",
            address=host,
            port=port or settings.HUIYIN_PORT,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            log_access=False,
            log_level=LogLevels.error,
            **options,
        ).serve(target_loader=_web_process, wrap_loader=False)
    finally:
        background.terminate()
        background.wait(timeout=15)
    return 0


def _web_process() -> Any:
    """The application, in a process that only its parent stops.

    Ctrl+C reaches a whole process group; a web process that gets it and its parent's word at once can
    hang while it stops. In a group of its own it gets the parent's word alone, and ends with the parent.
    """
    os.setpgid(0, 0)
    _end_with_parent()
    from huiyin.wsgi import application

    return application


def _end_with_parent() -> None:
    """Ask the kernel to stop this process when its parent dies, however it dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def worker(_: argparse.Namespace) -> None:
    """Until told to stop: number what other processes left, audit, record passed dates, send the post."""
    ready()
    from huiyin.casework import breaching, working
    from huiyin.desks import phones, sessions, turns
    from huiyin.insight import following
    from huiyin.ledger import sequencer
    from huiyin.postroom.sending import worker as postman
    from huiyin.rounds.missing import Look

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    past = (turns.drop_past, phones.drop_past, sessions.drop_past)
    looks = (Look(), following.look, working.forget, *past)
    dates = threading.Thread(target=breaching.follow, args=(stop, now, *looks), name="dates")
    post = threading.Thread(target=postman.follow, args=(stop, now), name="post")
    for thread in (dates, post):
        thread.start()
    sequencer.follow(stop)
    for thread in (dates, post):
        thread.join()


# --- doctor -----------------------------------------------------------------------------------


def doctor(arguments: argparse.Namespace) -> int:
    ready(books=False)  # what is wrong with a book is a finding among others
    from huiyin.casework import health

    if arguments.scrub and not health.scrub():
        raise Fault("the database is busy; stop the office and try again")
    for warning in health.warnings():
        print(f"warning: {warning.code}: {warning.message}", file=sys.stderr)
    findings = list(_findings(arguments.json))
    if arguments.json:
        print(json.dumps({"findings": [vars(f) for f in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{finding.code}: {finding.message}")
        print("healthy" if not findings else f"{len(findings)} faults")
    return 1 if findings else 0


def _findings(quiet: bool) -> Iterator[Any]:
    from huiyin.casework import health
    from huiyin.ledger import audit
    from huiyin.postroom.sending import means
    from huiyin.rounds import routine

    yield from health.settings_faults()
    yield from (audit.Finding("post", fault, None) for fault in means.faults())
    yield from (audit.Finding("routine", fault, None) for fault in routine.faults())
    yield from audit.audit(progress("facts", quiet))
    yield from health.audit_sealed(progress("cases", quiet))
