"""What a brief looks like on the page, as blocks: one page, then the sections, then the annex."""

from __future__ import annotations

from kmassist.briefs import Audience, Brief
from kmassist.export.blocks import LONG_TITLE, Block, Contents, Heading, Layout
from kmassist.export.layout.annex import ANNEX_PARTS, annex
from kmassist.export.layout.fitting import Section, fit
from kmassist.export.layout.one_page import one_page
from kmassist.export.layout.room import PAGE, height
from kmassist.export.layout.sections import SECTIONS
from kmassist.export.layout.wording import Wording

__all__ = ["lay_out"]

_ORDER = {
    Audience.CLINICAL: "why published people staff cost equity conflicts gaps options stakeholders",
    Audience.COMMISSIONER: "why people staff cost published equity conflicts gaps options stakeholders",
    Audience.RESEARCH: "gaps published conflicts why people staff cost equity options stakeholders",
    Audience.PUBLIC: "people why published staff cost equity conflicts gaps words",
}


def lay_out(brief: Brief) -> Layout:
    """The brief as blocks, in the order and words of its audience: one page, three pages, annex, whatever the format."""
    wording = Wording(brief.audience)
    top = Heading(1, wording.one_page, "one-page")
    first: list[Block] = [top, *one_page(brief, wording)]
    if _title(brief.title) + height(first) > PAGE:
        first = [top, *one_page(brief, wording, is_tight=True)]
    sections = [
        Section(name, f"{number}. {wording.section(name)}", list(SECTIONS[name](brief, wording)))
        for number, name in enumerate(_ORDER[brief.audience].split(), start=1)
    ]
    middle: list[Block] = [Contents(), Heading(1, wording.detail, "detail")]
    listed = 3 + len(sections) + ANNEX_PARTS
    fit(sections, contents=listed, extra=middle)
    blocks = [*first, *middle, *(block for section in sections for block in section.blocks())]
    blocks += [Heading(1, wording.annex, "annex", starts_page=True), *annex(brief, wording, sections)]
    return Layout(
        title=brief.title,
        subtitle=f"Evidence brief for {brief.audience.label}" + (f" · {brief.site}" if brief.site else ""),
        status=f"{brief.state.value.upper()} · {brief.composed_on}",
        date=brief.composed_on,
        footer=f"{brief.brief_id} · corpus {brief.method.corpus.digest[:12]} · {brief.state.value}",
        blocks=tuple(blocks),
        keywords=brief.method.topic_labels or brief.method.topics,
    )


def _title(words: str) -> float:
    """Points that title and state take above the first page's blocks."""
    columns, line = (70, 16.0) if len(words) > LONG_TITLE else (50, 23.0)
    return 30 + line * (1 + len(words) // columns)
