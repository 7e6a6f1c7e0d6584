"""Long results in pages, each of which says where it stands and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmassist.errors import RecordError

PAGE = 6_000
"""Characters of a page without its last lines: an answer that is read at a glance, about 1,500 tokens."""


def page_of(blocks: Iterable[str], number: int, *, ends: str, size: int = PAGE) -> str:
    """Page ``number`` of blocks, never cut within one unless it is longer than a page.

    Args:
        blocks: parts in order, each printed with a blank line after it.
        number: from 1.
        ends: what is missing; stands at the end of every page.
        size: characters of a page.

    Raises:
        RecordError: there are not that many pages.
    """
    pages = list(_pages(blocks, size)) or ["(nothing)"]
    if not 1 <= number <= len(pages):
        raise RecordError(
            f"There is no page {number}; there {'is 1' if len(pages) == 1 else f'are {len(pages)}'}.",
            "Ask for one of them.",
        )
    where = f"Page {number} of {len(pages)}."
    if number < len(pages):
        where += f" For more call again with page={number + 1}."
    return f"{pages[number - 1]}\n\n---\n{where}\nMissing: {ends}"


def _pages(blocks: Iterable[str], size: int) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for block in (part for whole in blocks if whole for part in _cut(whole, size)):
        if held and length + len(block) > size:
            yield "\n\n".join(held)
            held, length = [], 0
        held.append(block)
        length += len(block) + 2
    if held:
        yield "\n\n".join(held)


def _cut(block: str, size: int) -> Iterator[str]:
    """A block in parts of at most a page, cut at the end of a line or a sentence where one is near."""
    while len(block) > size:
        place = max(block.rfind("\n", size // 2, size), block.rfind(". ", size // 2, size) + 1)
        place = place if place > 0 else size
        yield block[:place].rstrip()
        block = block[place:].lstrip()
    yield block
