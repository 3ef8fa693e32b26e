"""What is published passes both checkers, stays minimal as it grows, and never shows a tampered log."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from huiyin.ledger import keys, paths, sequencer, tiles
from huiyin.ledger.tiles import Tampered
from huiyin.publication import publish as publishing
from huiyin.publication.check import check
from huiyin.publication.publish import PublishFault, publish
from tests.ledger.making import record, run, unguarded
from tests.publication.making import files_of

Go = Callable[..., tuple[bool, str]]
pytestmark = pytest.mark.django_db


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in files_of(folder)}


def test_a_growing_log_is_published_again_and_again(tmp_path: Path, go: Go) -> None:
    folder = tmp_path / "log"
    total = 0
    for count in (0, 1, 200, 55, 1, 300, 0):
        record(count)
        total += count
        seen: list[tuple[int, int]] = []
        done = publish(folder, lambda *now, seen=seen: seen.append(now))
        assert done.size == total
        assert (done.written > 0) == (count > 0 or total == 0)
        result = check(folder)
        assert result.ok, result.findings
        assert names(folder) == {"vkey", "checkpoint"} | {paths.path(t) for t in paths.tiles_of(total)}
        assert not total or go(folder)[0]
        assert not seen or seen[-1][0] == seen[-1][1]


def test_what_is_published_is_for_everyone(tmp_path: Path) -> None:
    record()
    before = os.umask(0o077)
    try:
        publish(tmp_path / "deep" / "log")
    finally:
        os.umask(before)
    for path in (tmp_path / "deep").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


@pytest.mark.parametrize("breaks_at", range(1, 14))
def test_a_killed_publish_leaves_the_older_log_whole(
    breaks_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "log"
    record(300)
    publish(folder)
    before = names(folder)
    record(300)
    write, count = publishing._write, 0

    def breaking(target: Path, data: bytes) -> int:
        nonlocal count
        count += 1
        if count == breaks_at:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_name(f"{target.name}.new").write_bytes(data[:5])
            raise KeyboardInterrupt
        return write(target, data)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_write", breaking)
        try:
            publish(folder)
        except KeyboardInterrupt:
            assert before <= names(folder)
            result = check(folder)
            assert {finding.code for finding in result.findings} <= {"extra"}
            assert result.size == 300
    publish(folder)
    assert check(folder).ok


def test_it_publishes_nothing_of_a_tampered_log(tmp_path: Path) -> None:
    ids = record(300)
    publish(tmp_path / "log")
    before = {path: path.read_bytes() for path in files_of(tmp_path / "log")}
    record(5)
    with unguarded():
        run("UPDATE ledger_fact SET public_content = '{}' WHERE id = %s", ids[7])
    for folder in (tmp_path / "log", tmp_path / "fresh"):
        with pytest.raises(Tampered, match=f"fact {ids[7]} "):
            publish(folder)
    assert {path: path.read_bytes() for path in files_of(tmp_path / "log")} == before
    assert not (tmp_path / "fresh").exists()


def test_it_keeps_out_of_a_folder_with_another_log(tmp_path: Path) -> None:
    record(3)
    publish(tmp_path)
    checkpoint, vkey = tmp_path / "checkpoint", tmp_path / "vkey"
    good, key = checkpoint.read_bytes(), keys.log_key()
    checkpoint.write_bytes(key.sign(f"{key.name}\n9\n{'A' * 43}=\n"))
    with pytest.raises(PublishFault, match="it is older"):
        publish(tmp_path)
    checkpoint.write_bytes(key.sign(f"{key.name}\n2\n{'A' * 43}=\n"))
    with pytest.raises(Tampered, match="no prefix of this one"):
        publish(tmp_path)
    checkpoint.write_bytes(b"damaged")
    with pytest.raises(PublishFault, match="is damaged"):
        publish(tmp_path)
    checkpoint.write_bytes(good)
    vkey.write_text("other")
    with pytest.raises(PublishFault, match="holds another log"):
        publish(tmp_path)


# --- over HTTP --------------------------------------------------------------------------------
def test_a_mirror_of_the_web_address_passes_both_checkers(client: Client, tmp_path: Path, go: Go) -> None:
    record(600)
    sequencer.integrate()
    wanted = ["vkey", "checkpoint", *map(paths.path, paths.tiles_of(600))]
    for name in wanted:
        response = client.get(f"/log/{name}")
        assert response.status_code == 200, name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(response.content)
    assert check(tmp_path).ok
    assert go(tmp_path)[0]


def test_it_serves_tiles_as_the_specification_says(client: Client) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    record(300)
    sequencer.integrate()
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint.content == tiles.checkpoint_note()
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "no-cache"
    tile = client.get("/log/tile/0/000")
    assert len(tile.content) == 8192
    assert tile["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile["Cache-Control"]
    # a reader with an older checkpoint still gets the narrower tile it asks for
    assert client.get("/log/tile/0/001.p/44").content[:320] == client.get("/log/tile/0/001.p/10").content
    assert (
        client.get("/log/tile/entries/000.p/7").content
        == client.get("/log/tile/entries/000").content[: 7 * 122]
    )
    assert client.head("/log/tile/0/000").status_code == 200
    assert client.post("/log/checkpoint").status_code == 405
    for name in (
        "0/001",
        "0/001.p/45",
        "0/001.p/0",
        "0/001.p/256",
        "0/002.p/1",
        "1/000",
        "1/000.p/2",
        "2/000.p/1",
        "64/000",
        "0/000/",
        "0/x000/000",
        "0/999/999",
        "entries/001",
        "entries/../0/000",
        "entries/x999/x999/x999/x999/x999/x999/x999/000",
        "63/x999/x999/x999/x999/x999/x999/x999/000",
    ):
        assert client.get(f"/log/tile/{name}").status_code == 404, name


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "公开日志"), ("en", "The public log")])
def test_a_page_explains_the_log(client: Client, language: str, words: str) -> None:
    record(3)
    sequencer.integrate()
    client.cookies["huiyin_language"] = language
    page = client.get("/log/").content.decode()
    assert f"<h1>{words}</h1>" in page
    assert keys.vkey() in page
    assert ("日志现有 3 条" if language == "zh-hans" else "The log now has 3 entries") in page
