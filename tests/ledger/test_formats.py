"""Canonical JSON, entries, notes, checkpoints, proofs and tile names, against published vectors."""

from base64 import b64decode, b64encode

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from huiyin.ledger import canonical, entries, notes, paths, proofs
from huiyin.ledger.paths import ENTRIES, Tile

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_it_spells_json_as_rfc_8785_does(value: object) -> None:
    assert canonical.dumps(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical.loads(canonical.dumps(value)) == value


@pytest.mark.parametrize("value", [1.0, {"a": 1.5}, b"x", {1: 2}, {"键": 1}, [object()]])
def test_it_refuses_what_facts_do_not_use(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"a": ["\udfff"]}])
def test_it_refuses_what_others_would_read_differently(value: object) -> None:
    with pytest.raises(ValueError, match=r"surrogate|integer"):
        canonical.dumps(value)


@pytest.mark.parametrize("text", ["", "{", '{"b":1,"a":2}', "[1, 2]", "1.0", '"\\u00e9"', "[" * 5000, "NaN"])
def test_it_reads_only_canonical_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.loads(text)


def test_it_writes_the_entry_byte_for_byte() -> None:
    entry = entries.entry_bytes(bytes(32), bytes([255]) * 32)
    assert entry == (
        b"huiyin.entry/1\n"
        b"public AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        b"private //////////////////////////////////////////8=\n"
    )
    assert len(entry) == entries.ENTRY_LENGTH
    assert entries.parse_entry(entry) == (bytes(32), bytes([255]) * 32)


@pytest.mark.parametrize(
    ("old", "new"), [(b"AAA=", b"AAB="), (b"entry/1", b"entry/2"), (b"A=\n", b"A=\n\n"), (b"8=\n", b"8=")]
)
def test_it_refuses_another_spelling_of_an_entry(old: bytes, new: bytes) -> None:
    entry = entries.entry_bytes(bytes(32), bytes([255]) * 32).replace(old, new)
    with pytest.raises(ValueError, match="not a huiyin"):
        entries.parse_entry(entry)


# Test vector of golang.org/x/mod/sumdb/note and of the C2SP signed-note text.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_it_opens_the_published_note() -> None:
    verifier = notes.read_vkey(PETER)
    assert verifier.key_id.hex() == "c74f20a3"
    assert str(verifier) == PETER
    assert notes.open_note(PETER_NOTE.encode(), [verifier]).startswith("If you think")


SIGNER = notes.Signer("county.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = notes.Signer("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
CHECKPOINT = notes.Checkpoint("county.example/log", 70000, bytes(32))


def test_it_reads_back_what_it_signs() -> None:
    note = SIGNER.sign(str(CHECKPOINT))
    assert notes.open_checkpoint(note, notes.read_vkey(str(SIGNER.verifier))) == CHECKPOINT


def test_it_ignores_signatures_of_others_and_refuses_a_wrong_one_of_ours() -> None:
    note, stamp = SIGNER.sign(str(CHECKPOINT)), OTHER.sign(str(CHECKPOINT)).split(b"\n\n")[1]
    assert notes.open_checkpoint(note + stamp * 16, SIGNER.verifier) == CHECKPOINT
    with pytest.raises(notes.NoteError, match="no signature by a known key"):
        notes.open_note(note, [OTHER.verifier])
    elsewhere = SIGNER.sign("something else\n").split(b"\n\n")[1]
    with pytest.raises(notes.NoteError, match="is wrong"):
        notes.open_note(note + elsewhere, [SIGNER.verifier])
    with pytest.raises(notes.NoteError, match="too many"):
        notes.open_note(note + stamp * 100, [SIGNER.verifier])


def test_it_fails_on_every_flipped_bit_of_a_note_and_of_a_key() -> None:
    note, line = SIGNER.sign(str(CHECKPOINT)), str(SIGNER.verifier).encode()
    for at in range(8 * len(note)):
        flipped = bytearray(note)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(notes.NoteError):
            notes.open_checkpoint(bytes(flipped), SIGNER.verifier)
    for at in range(8 * len(line)):
        flipped = bytearray(line)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(notes.NoteError):
            notes.open_checkpoint(note, notes.read_vkey(flipped.decode("latin-1")))


@pytest.mark.parametrize(
    "text",
    [
        "county.example/log\n5\n",
        "county.example/log\n05\n" + b64encode(bytes(32)).decode() + "\n",
        "county.example/log\n-5\n" + b64encode(bytes(32)).decode() + "\n",
        "county.example/log\n５\n" + b64encode(bytes(32)).decode() + "\n",
        "county.example/log\n5\n" + b64encode(bytes(31)).decode() + "\n",
        "county.example/log\n5\n" + b64encode(bytes(32)).decode().replace("A=", "B=") + "\n",
        "county.example/log\n5\n" + b64encode(bytes(32)).decode() + "\n\n",
        "\n5\n" + b64encode(bytes(32)).decode() + "\n",
    ],
)
def test_it_refuses_another_spelling_of_a_checkpoint(text: str) -> None:
    with pytest.raises(notes.NoteError):
        notes.read_checkpoint(text)


def test_it_signs_no_control_characters() -> None:
    for text in ("no newline", "a\rb\n", "a\x00\n"):
        with pytest.raises(notes.NoteError):
            SIGNER.sign(text)


def test_it_reads_back_the_proof_it_writes() -> None:
    entry, path, note = (
        entries.entry_bytes(bytes(32), bytes(32)),
        (bytes(32), bytes([1]) * 32),
        SIGNER.sign("x\n"),
    )
    data = proofs.format_proof(entry, 5, path, note)
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nextra aHVpeWlu")
    assert proofs.parse_proof(data) == proofs.Proof(entry, 5, path, note)
    assert proofs.parse_proof(proofs.format_proof(entry, 0, (), note)).path == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"extra ", b"extra  "),
        (b"index 5", b"index 05"),
        (b"index 5", b"index +5"),
        (b"index 5", b"5"),
        (b"AAA=\nAQ", b"AAB=\nAQ"),
        (b"\n\n", b"\n"),
        (b"AAA=\nAQ", b"AAA=\nAAA=\nAQ"),
    ],
)
def test_it_refuses_another_spelling_of_a_proof(old: bytes, new: bytes) -> None:
    data = proofs.format_proof(b"entry", 5, (bytes(32), bytes([1]) * 32), b"checkpoint")
    assert old in data
    with pytest.raises(ValueError, match=r"."):
        proofs.parse_proof(data.replace(old, new, 1))


@pytest.mark.parametrize(
    ("tile", "text"),
    [
        (Tile(0, 1234067, 256), "tile/0/x001/x234/067"),
        (Tile(ENTRIES, 0, 1), "tile/entries/000.p/1"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(1, 1000, 256), "tile/1/x001/000"),
    ],
)
def test_it_names_tiles_as_tlog_tiles_does(tile: Tile, text: str) -> None:
    assert paths.path(tile) == text
    assert paths.parse(text) == tile


@pytest.mark.parametrize(
    "text",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/1",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000\n",
        "tile/0/001/000",
        "tile/-1/000",
        "tile/0/x0a0/000",
        "/tile/0/000",
        "tile/0/０００",
        "tile/entries/",
    ],
)
def test_it_refuses_other_names(text: str) -> None:
    assert paths.parse(text) is None


def test_it_lists_the_tiles_of_a_log_as_the_specification_counts_them() -> None:
    tiles = list(paths.tiles_of(70000))
    assert sum(tile.level == 0 for tile in tiles) == sum(tile.level == ENTRIES for tile in tiles) == 274
    assert [tile for tile in tiles if tile.level >= 1] == [Tile(1, 0, 256), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles[273] == Tile(ENTRIES, 273, 112)
    assert list(paths.tiles_of(0)) == []
    assert {tile.n for tile in paths.tiles_of(70000, since=69999) if tile.level == 0} == {273}


def test_the_public_names_of_base64_are_strict() -> None:
    assert entries.strict_b64decode("AAA=") == b64decode("AAA=")
    for text in ("AAB=", "AAA", "AA\nA=", "AAA=\n", "AA-A"):
        with pytest.raises(ValueError, match="base64"):
            entries.strict_b64decode(text)
