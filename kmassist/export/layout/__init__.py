"""What a brief looks like on the page, as blocks: one page, then the sections, then the annex."""

from __future__ import annotations

from kmassist.briefs import Audience, Brief
from kmassist.export.blocks import Block, Contents, Heading, Layout
from kmassist.export.layout.annex import annex
from kmassist.export.layout.one_page import one_page
from kmassist.export.layout.sections import SECTIONS
from kmassist.export.layout.wording import Wording

__all__ = ["lay_out"]

_ORDER = {
    Audience.CLINICAL: "why published people staff cost equity conflicts gaps options stakeholders",
    Audience.COMMISSIONER: "why people staff cost published equity conflicts gaps options stakeholders",
    Audience.RESEARCH: "gaps published conflicts why people staff cost equity options stakeholders",
    Audience.PUBLIC: "people why published staff cost equity conflicts gaps",
}


def lay_out(brief: Brief) -> Layout:
    """The brief as blocks, in the order and words of its audience."""
    wording = Wording(brief.audience)
    blocks: list[Block] = [Heading(1, wording.one_page, "one-page"), *one_page(brief, wording)]
    blocks += [Contents(), Heading(1, wording.detail, "detail")]
    for number, name in enumerate(_ORDER[brief.audience].split(), start=1):
        blocks.append(Heading(2, f"{number}. {wording.section(name)}", name))
        blocks += SECTIONS[name](brief, wording)
    blocks += [Heading(1, wording.annex, "annex", starts_page=True), *annex(brief, wording)]
    return Layout(
        title=brief.title,
        subtitle=f"Evidence brief for {brief.audience.label}" + (f" · {brief.site}" if brief.site else ""),
        status=f"{brief.state.value.upper()} · {brief.composed_on}",
        date=brief.composed_on,
        footer=f"{brief.brief_id} · corpus {brief.method.corpus.digest[:12]} · {brief.state.value}",
        blocks=tuple(blocks),
        keywords=brief.method.topics,
    )
