"""What is missing and what that warrants: the section on gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kmassist.briefs import Brief
from kmassist.briefs.audience import Audience
from kmassist.briefs.layout.fitting import ALWAYS, Part, Piece
from kmassist.briefs.layout.wording import Wording
from kmassist.briefs.model import GapLine
from kmassist.coverage import Need, State
from kmassist.documents.source_types import spelt_out
from kmassist.pages.blocks import Block, Bullets, Paragraph, Span, Table, strong, text
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english

_OF_CORPUS = english("briefs", "says_it_of_the_corpus")


def gap_blocks(brief: Brief, wording: Wording) -> Iterator[Part]:
    """Gaps with reason, first step and owner; what a stronger claim would take; next steps and EPICOT+."""
    if not brief.gaps:
        yield Paragraph(text("No gap was found by the rules. That is said of this corpus only."))
        return
    yield Paragraph(
        text(
            "Not in this corpus is not the same as not known: an outside search comes before any new study."
        )
    )
    if wording.is_plain:
        yield from _plain_gaps(brief, wording)
        return
    needed = [gap for gap in brief.gaps if gap.is_required or gap.code == "G5"]
    if needed:
        yield Table(
            "Gaps and first steps",
            ("Gap", "Why", "First step", "Owner"),
            tuple(_gap_row(alike, brief.audience) for alike in _alike(needed)),
            (0.21, 0.33, 0.29, 0.17),
        )
    for words, kinds in _once(needed, _claim_words):
        yield Paragraph((*strong(f"{'; '.join(kinds)}: "), Span(words)))
    useful = [gap for gap in brief.gaps if gap not in needed]
    if useful:
        names = Paragraph(strong("Useful, not required for this question"), "lead")
        items = tuple(text(f"{_kind(gap)}: {spelt_out(gap.reason)}") for gap in useful)
        yield Piece((names, Bullets(items)), "gaps among what would be useful", 6)
    later = _once(needed, lambda gap: f"{gap.next_step}\n{_route(gap)}".strip("\n"))
    if later:
        steps = [(kinds, *words.partition("\n")) for words, kinds in later]
        rows = tuple(
            (text("; ".join(kinds)), text(step), text(route or "–"))
            for kinds, step, _, route in steps
        )
        yield Piece(
            (Table("If a gap stays open", ("Gap", "Next step", "Route"), rows, (0.24, 0.5, 0.26)),),
            "next steps",
            8,
        )
    for words, kinds in _once(needed, lambda gap: gap.generate):
        yield Piece(
            (Paragraph((*strong(f"{'; '.join(kinds)}: "), Span(words))),),
            "whether to generate knowledge here",
            8,
        )
    for gap in brief.gaps:
        if gap.epicot:
            title = f"Research recommendation (EPICOT+): {_kind(gap)}"
            elements = tuple((text(n), text(v)) for n, v in gap.epicot)
            table = Table(title, ("Element", "What is known"), elements, (0.25, 0.75))
            yield Piece((table,), "research recommendation (EPICOT+)", ALWAYS)


def _kind(gap: GapLine) -> str:
    return gap.source_type.label if gap.source_type else gap.name


def _route(gap: GapLine) -> str:
    return "" if gap.route in {"none", "-"} else gap.route


def _claim_words(gap: GapLine) -> str:
    """What may be claimed and what is lacking for more, without what the row says already."""
    sentences = [gap.wording[start:end] for start, end in split_sentences(gap.wording)]
    return " ".join(s for s in sentences if s not in gap.reason and not _OF_CORPUS.match(s))


def _once(
    gaps: Sequence[GapLine], words_of: Callable[[GapLine], str]
) -> list[tuple[str, list[str]]]:
    """What is said of several gaps, once, with the kinds it is said of."""
    said: dict[str, list[str]] = {}
    for gap in gaps:
        words = words_of(gap)
        if words and _kind(gap) not in said.setdefault(words, []):
            said[words].append(_kind(gap))
    return list(said.items())


def _plain_gaps(brief: Brief, wording: Wording) -> Iterator[Block]:
    """One line for each kind of knowledge that the question needs and that is not sufficient."""
    items = []
    for cell in brief.cells:
        if cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT:
            step = next(
                (
                    gap.first_step
                    for gap in brief.gaps
                    if gap.source_type is cell.source_type and gap.first_step
                ),
                "",
            )
            words = f"{wording.state_words(cell)}." + (f" Next step: {step}" if step else "")
            items.append((*strong(f"{wording.kind(cell.source_type)}: "), Span(words)))
    if items:
        yield Bullets(tuple(items))


def _alike(gaps: Sequence[GapLine]) -> list[list[GapLine]]:
    """Gaps of several kinds that are of one sort and ask for the same, together."""
    found: dict[tuple[str, str, str, str], list[GapLine]] = {}
    for gap in gaps:
        asks = gap.first_step or gap.reason
        found.setdefault((gap.name, gap.strength, asks, gap.owner_role), []).append(gap)
    return list(found.values())


def _gap_row(alike: Sequence[GapLine], audience: Audience) -> tuple[tuple[Span, ...], ...]:
    """Gap, why, first step and owner; the codes of the rules are for who studies them."""
    gap = alike[0]
    codes = f" ({gap.code}{f' / {gap.ahrq}' if gap.ahrq else ''})" * (audience is Audience.RESEARCH)
    owner = gap.owner_role or f"Not named. Needs: {', '.join(gap.roles) or 'an owner'}"
    if gap.vacant and set(gap.vacant) != set(gap.roles):
        owner += f". Vacant: {', '.join(gap.vacant)}"
    kinds = "; ".join(
        dict.fromkeys(one.source_type.label if one.source_type else "Across kinds" for one in alike)
    )
    return (
        (*strong(f"{kinds}. "), Span(f"{gap.name}{codes}. {gap.strength.capitalize()}.")),
        text(spelt_out(" ".join(dict.fromkeys(one.reason for one in alike)))),
        text(gap.first_step or "Not set."),
        text(owner + (f", due {gap.due}" if gap.due else "")),
    )
