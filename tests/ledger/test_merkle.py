"""Trees of every size up to 520 against a naive reading of RFC 6962."""

from hashlib import sha256

import pytest

from huiyin.ledger import merkle
from huiyin.ledger.merkle import EMPTY_ROOT, HASH, Edge, Nodes, ProofError, leaf_hash, node_hash

LIMIT = 520
LEAVES = [leaf_hash(str(index).encode()) for index in range(LIMIT)]


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


ROOTS = [naive_root(LEAVES[:size]) for size in range(LIMIT + 1)]


def grown(size: int, step: int) -> tuple[Edge, Nodes]:
    edge, tiles = Edge(), {}
    for at in range(0, size, step):
        for level, n, hashes in edge.append(b"".join(LEAVES[at : min(size, at + step)])):
            tiles[level, n] = hashes
    tiles |= {(level, n): hashes for level, n, hashes in edge.partials()}
    return edge, Nodes(lambda level, n: tiles[level, n])


def test_it_knows_the_published_vectors() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    # the reference tree of the certificate-transparency implementations
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    edge = Edge()
    edge.append(b"".join(leaf_hash(bytes.fromhex(text)) for text in inputs))
    assert edge.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("step", [1, 7, 256, 520])
def test_it_gives_the_root_however_the_entries_arrive(step: int) -> None:
    edge = Edge()
    for at in range(0, LIMIT, step):
        edge.append(b"".join(LEAVES[at : at + step]))
        assert edge.root() == ROOTS[edge.size]
        assert Edge(edge.size, [bytes(row) for row in edge.rows]).root() == ROOTS[edge.size]


def test_it_gives_every_root_within_a_tile() -> None:
    edge = Edge()
    for start in range(0, LIMIT, 256):
        leaves = b"".join(LEAVES[start : start + 256])
        widths = range(1, len(leaves) // HASH + 1)
        assert edge.roots_within(leaves, widths) == ROOTS[start + 1 : start + 1 + len(widths)]
        edge.append(leaves)


def test_it_proves_every_entry_of_every_tree() -> None:
    _, nodes = grown(LIMIT, 100)
    for size in range(1, LIMIT + 1):
        for index in range(0, size, 1 if size < 70 else 13):
            path = nodes.inclusion(index, size)
            merkle.verify_inclusion(index, size, LEAVES[index], path, ROOTS[size])
        merkle.verify_inclusion(
            size - 1, size, LEAVES[size - 1], nodes.inclusion(size - 1, size), ROOTS[size]
        )


def test_it_proves_every_tree_a_prefix_of_later_ones() -> None:
    _, nodes = grown(LIMIT, 100)
    for new in range(1, LIMIT + 1):
        assert nodes.root(new) == ROOTS[new]
        for old in range(1, new + 1, 1 if new < 70 else 11):
            merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new], nodes.consistency(old, new))


def test_it_refuses_every_altered_proof() -> None:
    _, nodes = grown(70, 70)
    path = nodes.inclusion(33, 70)
    wrong = [[*path, path[0]], path[:-1], path[::-1], [b"\0" * 32, *path[1:]]]
    for steps in wrong:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(33, 70, LEAVES[33], steps, ROOTS[70])
    for index in (32, 34, 70, -1):
        with pytest.raises(ProofError):
            merkle.verify_inclusion(index, 70, LEAVES[33], path, ROOTS[70])
    links = nodes.consistency(33, 70)
    for steps in ([*links, links[0]], links[:-1], [], [b"\0" * 32, *links[1:]]):
        with pytest.raises(ProofError):
            merkle.verify_consistency(33, 70, ROOTS[33], ROOTS[70], steps)
    for old, new in ((32, 70), (34, 70), (0, 70), (70, 33), (70, 70)):
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, ROOTS[33], ROOTS[70], links)
    with pytest.raises(ProofError):
        merkle.verify_consistency(64, 70, ROOTS[64], ROOTS[70], [])


def test_it_refuses_an_edge_that_is_not_of_the_size() -> None:
    with pytest.raises(ValueError, match="right-edge"):
        Edge(257, [LEAVES[0]])
    with pytest.raises(ValueError, match="right-edge"):
        Edge(1, [LEAVES[0] + b"\0"])


def test_it_asks_only_for_trees_that_exist() -> None:
    _, nodes = grown(5, 5)
    with pytest.raises(ValueError, match="no entry 5"):
        nodes.inclusion(5, 5)
    with pytest.raises(ValueError, match="no consistency proof"):
        nodes.consistency(0, 5)
    with pytest.raises(LookupError):
        nodes.root(6)
