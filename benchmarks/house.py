"""The shape of the house: rooms, arrows between them, circles, and how long modules and functions are.

    python -m benchmarks.house [--keep]

Complexity is ruff's (C901, at most 15, McCabe 1976). A pattern of English words belongs into ``kmassist/data/english`` with its
examples: a regular expression in code that holds a stop word of English is counted. A room is a folder or module directly under ``kmassist``; an arrow is that one room imports another; a circle is a set of
modules that import each other (imports for types count). Exits with 1 when a limit is passed. Part of ``make check``.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import networkx

from kmassist.text.english import STOP_WORDS

PACKAGE = Path(__file__).parents[1] / "kmassist"
KNOWN = Path(__file__).parent / "data" / "house.json"
"""What is over a limit today, with its length or count: it may only get less, and nothing may join it."""
MODULE_LINES, FUNCTION_LINES = 400, 60
ROOMS, ARROWS = 26, 139


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of every function of a file; decorators and docstring are not counted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield node.name, lines


def over_length() -> dict[str, int]:
    """``file`` or ``file:function`` -> its lines, of all that are over their limit."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MODULE_LINES:
            found[name] = lines
        for function, length in functions(path):
            if length > FUNCTION_LINES:
                found[f"{name}:{function}"] = length
    return found


def literal(node: ast.expr) -> str:
    """The text of a string in code, with blanks for what is put in while it runs."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(literal, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else " "


def words_in_code() -> dict[str, int]:
    """``file:words`` -> its regular expressions that hold a stop word of English, where there are any."""
    found: dict[str, int] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")):
                continue
            pattern = literal(node.args[0]) if node.args else ""
            bare = re.sub(r"\(\?P?[<=]?\w*[>:)]?|\\\w|\[[^\]]*\]", " ", pattern)
            if STOP_WORDS.intersection(re.findall(r"[a-z]{2,}", bare.lower())):
                name = f"{path.relative_to(PACKAGE.parent).as_posix()}:words"
                found[name] = found.get(name, 0) + 1
    return found


def graph() -> tuple[set[str], set[tuple[str, str]], list[list[str]]]:
    """Rooms, arrows between rooms, and circles of modules (a package and its own modules are one place)."""
    built = grimp.build_graph("kmassist", cache_dir=None)
    links = networkx.DiGraph()
    arrows = set()
    for importer in built.modules:
        for imported in built.find_modules_directly_imported_by(importer):
            if not (importer + ".").startswith(imported + ".") and not (imported + ".").startswith(
                importer + "."
            ):
                links.add_edge(importer, imported)
            rooms = tuple([*name.split("."), "__init__"][1] for name in (importer, imported))
            if rooms[0] != rooms[1]:
                arrows.add(rooms)
    circles = [sorted(c) for c in networkx.strongly_connected_components(links) if len(c) > 1]
    named = {room for arrow in arrows for room in arrow}
    return named, arrows, circles


def main() -> int:
    """Print the figures and what passes a limit; with --keep write down what is over a limit now."""
    rooms, arrows, circles = graph()
    files = sorted(PACKAGE.rglob("*.py"))
    lines = [len(path.read_text("utf-8").splitlines()) for path in files]
    known = json.loads(KNOWN.read_text("utf-8")) if KNOWN.exists() else {}
    over = over_length() | words_in_code()
    faults = [f"circle: {' <-> '.join(circle)}" for circle in circles]
    faults += [
        f"{name}: {length} (at most {known.get(name, 0 if name.endswith(':words') else FUNCTION_LINES if ':' in name else MODULE_LINES)})"
        for name, length in over.items()
        if length > known.get(name, 0)
    ]
    faults += [f"{len(rooms)} rooms (at most {ROOMS})"] if len(rooms) > ROOMS else []
    faults += [f"{len(arrows)} arrows (at most {ARROWS})"] if len(arrows) > ARROWS else []
    print(f"rooms {len(rooms)}, arrows {len(arrows)}, circles {len(circles)}")
    print(f"files {len(files)}, lines {sum(lines)}, longest {max(lines)}")
    modules, words = sum(":" not in name for name in over), words_in_code()
    print(f"over their limit: {modules} modules, {len(over) - modules - len(words)} functions")
    print(f"patterns of words in code: {sum(words.values())}")
    print(*faults, sep="\n")
    if "--keep" in sys.argv:
        KNOWN.write_text(json.dumps(over, indent=1) + "\n", "utf-8")
        return 0
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
