"""What a brief looks like on the page, as blocks: page one, for some audiences up to three pages more, the annex on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kmassist.answers.model import Claim
from kmassist.briefs import Audience, Brief
from kmassist.briefs.layout.annex import ANNEX_PARTS, annex_blocks, references
from kmassist.briefs.layout.cover_sheet import cover_sheet
from kmassist.briefs.layout.fitting import Section, fit, left_out
from kmassist.briefs.layout.foot import foot
from kmassist.briefs.layout.one_page import one_page
from kmassist.briefs.layout.rest import unsaid
from kmassist.briefs.layout.room import PAGE, height
from kmassist.briefs.layout.sections import SECTIONS
from kmassist.briefs.layout.wording import Wording
from kmassist.pages.blocks import LONG_TITLE, Block, Contents, Heading, Layout, citation_order

__all__ = ["lay_out"]

_ORDER = {
    Audience.CLINICAL: "why published people staff cost equity conflicts gaps options stakeholders",
    Audience.COMMISSIONER: "why people staff cost published equity conflicts options gaps judgements stakeholders",
    Audience.RESEARCH: "gaps published conflicts why people staff cost equity options stakeholders",
    Audience.PUBLIC: "people why published staff cost equity conflicts gaps words",
    Audience.POLICY: "published conflicts gaps equity people staff why cost options judgements",
    Audience.BOARD: "why published people staff cost equity conflicts gaps options stakeholders",
}
_FULL = 0.7
"""Share of page one below which the sections begin on it: a corpus that holds little on a question leaves no blank page."""
_CONTENTS_ABOVE = 6
"""Pages up to which nobody needs a table of contents."""


def lay_out(brief: Brief, *, annex: bool = False) -> Layout:
    """The brief as blocks, in the order, words and length of its audience, whatever the format; with the annex on demand."""
    wording = Wording(brief.audience)
    is_single = brief.audience.pages == 1

    def ending(blocks: Sequence[Block]) -> float:
        return (
            height(references(brief, citation_order(blocks), is_small=True)) if is_single else 0.0
        )

    make = cover_sheet if brief.audience is Audience.BOARD else one_page
    room = PAGE - _title(brief.title)
    first = make(brief, wording, room, ending, list(foot(brief, wording)))
    blocks: list[Block] = list(first)
    if annex or not is_single:
        rest = unsaid(brief, first)
        sections = [
            Section(name, wording.section(name), list(SECTIONS[name](rest, wording)))
            for name in _ORDER[brief.audience].split()
        ]
        behind = [
            c
            for kind, held in brief.claims.items()
            for c in held
            if c not in rest.claims.get(kind, ())
        ]
        held = [s for s in sections if s.parts]
        blocks += _middle(brief, wording, held, first, behind if annex else None)
    cited = citation_order(blocks)
    if annex:  # every source has its entry there, cited or not
        cited += [line.number for line in brief.sources if line.number not in cited]
    blocks += references(brief, cited, is_small=is_single and not annex)
    return Layout(
        title=brief.title,
        subtitle=f"{wording.name} for {brief.audience.label}"
        + (f" · {brief.site}" if brief.site else ""),
        status=f"{brief.state.value.upper()} · {brief.composed_on}",
        date=brief.composed_on,
        footer=f"{brief.brief_id} · corpus {brief.method.corpus.digest[:12]} · {brief.state.value}",
        blocks=tuple(blocks),
        keywords=brief.method.topic_labels or brief.method.topics,
    )


def _middle(
    brief: Brief,
    wording: Wording,
    sections: list[Section],
    first: Sequence[Block],
    behind: Sequence[Claim] | None,
) -> list[Block]:
    """The sections on as many pages as the audience has left, then the annex, with the passages behind page one."""
    annex = behind is not None
    for number, section in enumerate(sections, start=1):
        section.number, section.has_annex = number, annex
    pages = 3 if brief.audience.pages == 1 else brief.audience.pages - 1
    fit(sections, room=pages * PAGE, beside=lambda blocks: _beside(brief, [*first, *blocks], annex))
    middle = [block for section in sections for block in section.blocks()]
    note = [] if annex else left_out(sections)
    is_full = height(first) > _FULL * PAGE
    detail = Heading(1, wording.detail, "detail", starts_page=is_full)
    found: list[Block] = [*middle, *note]
    if behind is None:
        return [detail, *found]
    back = [
        Heading(1, wording.annex, "annex", starts_page=True),
        *annex_blocks(brief, wording, sections, behind),
    ]
    listed = len(sections) + ANNEX_PARTS
    if 1 + height([detail, *found, *back], contents=listed) / PAGE <= _CONTENTS_ABOVE:
        return [detail, *found, *back]
    return [Contents(), replace(detail, starts_page=False), *found, *back]


def _beside(brief: Brief, blocks: Sequence[Block], has_annex: bool) -> float:
    """What else stands on the pages of the sections: their heading and, without an annex, the references."""
    heading = 32.0
    return heading if has_annex else heading + height(references(brief, citation_order(blocks)))


def _title(words: str) -> float:
    """Points that title and state take above the first page's blocks."""
    columns, line = (70, 16.0) if len(words) > LONG_TITLE else (50, 23.0)
    return 30 + line * (1 + len(words) // columns)
