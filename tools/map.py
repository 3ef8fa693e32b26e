"""Draws docs/map.svg: the rooms from left to right, and who imports whom, from the imports themselves.

The columns are the layers of .importlinter, so the picture and the contract cannot disagree. Dark arrows are
the imports one has to know; a pale one only shortens a way that the dark ones already show.
"""

import re
import sys
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "map.svg"
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, TOP = 132, 54, 84, 34, 28, 96
SAYS = {
    "papers": "bytes and rows",
    "procedure": "law as data",
    "intake": "arrivals",
    "ledger": "facts, the log",
    "vault": "sealed words",
    "offices": "who may act",
    "casework": "one way to write",
    "rounds": "the office's routine",
    "insight": "reads only",
    "postroom": "notices, messages",
    "sheets": "台账 in and out",
    "desks": "staff pages",
    "portal": "public pages",
    "api": "other systems",
    "publication": "what is published",
    "cli": "every command",
}
STYLE = """
text { font: 15px system-ui, "Noto Sans CJK SC", sans-serif; fill: #1d2733; }
.title { font-size: 20px; font-weight: 600; } .small { font-size: 12px; fill: #5a6675; }
.room { fill: #f3f6f9; stroke: #50617a; } .vault { fill: #fdf1e3; stroke: #a8630f; }
.way { fill: none; stroke: #50617a; stroke-width: 1.4; } .short { fill: none; stroke: #d3dae2; }
.sealed { fill: none; stroke: #a8630f; stroke-width: 2; }
"""


@dataclass(frozen=True)
class Box:
    name: str
    x: float
    y: float

    @property
    def left(self) -> tuple[float, float]:
        return self.x, self.y + BOX_HEIGHT / 2

    @property
    def right(self) -> tuple[float, float]:
        return self.x + BOX_WIDTH, self.y + BOX_HEIGHT / 2


def columns(rooms: set[str]) -> list[list[str]]:
    """The rooms that exist, as .importlinter layers them, the lowest layer first."""
    contract = ConfigParser()
    contract.read(ROOT / ".importlinter")
    lines = contract["importlinter:contract:stages"]["layers"].strip().splitlines()
    found = [[room for room in re.findall(r"\w+", line) if room in rooms] for line in reversed(lines)]
    return [column for column in found if column]


def room_imports(graph: grimp.ImportGraph, rooms: set[str]) -> set[tuple[str, str]]:
    """(importer, imported) for every pair of rooms with at least one import."""
    package = {room: f"huiyin.{room}" for room in rooms}
    return {
        (left, right)
        for left in rooms
        for right in rooms - {left}
        if graph.direct_import_exists(importer=package[left], imported=package[right], as_packages=True)
    }


def reachable(start: str, imports: set[tuple[str, str]]) -> set[str]:
    seen: set[str] = set()
    ahead = {right for left, right in imports if left == start}
    while ahead:
        room = ahead.pop()
        seen.add(room)
        ahead |= {right for left, right in imports if left == room} - seen
    return seen


def shortcuts(imports: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Imports that another, longer way already implies."""
    return {
        (left, right)
        for left, right in imports
        if any(right in reachable(middle, imports) for start, middle in imports if start == left)
    }


def boxes(layers: list[list[str]]) -> dict[str, Box]:
    tallest = max(map(len, layers))
    found = {}
    for column, rooms in enumerate(layers):
        x = MARGIN + column * (BOX_WIDTH + GAP_X)
        start = TOP + (tallest - len(rooms)) * (BOX_HEIGHT + GAP_Y) / 2
        if len(rooms) == 1 and column % 2:  # out of the way of arrows that pass
            start -= 1.5 * (BOX_HEIGHT + GAP_Y)
        for row, room in enumerate(rooms):
            found[room] = Box(room, x, start + row * (BOX_HEIGHT + GAP_Y))
    return found


def arrow(importer: Box, imported: Box, kind: str) -> str:
    """From the left side of the importing room to the right side of the imported one."""
    (x1, y1), (x2, y2) = importer.left, imported.right
    bend = (x1 - x2) / 2
    path = f"M{x1:g} {y1:g}C{x1 - bend:g} {y1:g} {x2 + bend:g} {y2:g} {x2 + 3:g} {y2:g}"
    says = f"<title>{importer.name} imports {imported.name}</title>"
    return f'<path class="{kind}" d="{path}" marker-end="url(#{kind})">{says}</path>'


def room(box: Box) -> str:
    kind = "vault" if box.name == "vault" else "room"
    middle = box.x + BOX_WIDTH / 2
    says = escape(SAYS.get(box.name, ""))
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="7"/>'
        f'<text x="{middle:g}" y="{box.y + 24:g}" text-anchor="middle">{escape(box.name)}/</text>'
        f'<text class="small" x="{middle:g}" y="{box.y + 42:g}" text-anchor="middle">{says}</text>'
    )


def marker(kind: str, colour: str) -> str:
    return (
        f'<marker id="{kind}" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def draw() -> str:
    graph = grimp.build_graph("huiyin", cache_dir=None)
    rooms = {name.split(".")[1] for name in graph.find_children("huiyin")}
    layers = columns(rooms)
    placed = boxes(layers)
    imports = room_imports(graph, set(placed))
    short = shortcuts(imports)
    width = 2 * MARGIN + len(layers) * (BOX_WIDTH + GAP_X) - GAP_X
    height = TOP + max(map(len, layers)) * (BOX_HEIGHT + GAP_Y) - GAP_Y + MARGIN

    def kind(pair: tuple[str, str]) -> str:
        return "sealed" if pair[1] == "vault" else "short" if pair in short else "way"

    ordered = sorted(imports, key=lambda pair: (["short", "way", "sealed"].index(kind(pair)), pair))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        'role="img" aria-labelledby="title">',
        f'<title id="title">The rooms of Huiyin and their imports</title><style>{STYLE}</style>',
        f"<defs>{marker('way', '#50617a')}{marker('short', '#d3dae2')}{marker('sealed', '#a8630f')}</defs>",
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="40">Data moves right, imports point left</text>',
        f'<text class="small" x="{MARGIN}" y="62">dark: an import · '
        "pale: one that a longer way already implies · amber: into the vault</text>",
        *(arrow(placed[left], placed[right], kind((left, right))) for left, right in ordered),
        *(room(placed[name]) for name in sorted(placed)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    drawn = draw()
    if arguments != ["--check"]:
        MAP.parent.mkdir(exist_ok=True)
        MAP.write_text(drawn, encoding="utf-8")
        return 0
    if MAP.exists() and MAP.read_text(encoding="utf-8") == drawn:
        return 0
    print("docs/map.svg is not what the imports say: make map")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
