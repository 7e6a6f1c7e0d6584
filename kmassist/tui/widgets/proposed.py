"""The gaps that the library itself suggests, numbered, with kind and topic by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from kmassist.gaps import GapRecord
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.standing import kind_of
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

_COLUMNS = (
    Column("number", "No.", 5),
    Column("title", "Proposed gap", least=26),
    Column("kind", "Kind", 11, needs=70),
    Column("topic", "Topic", 26, narrow=16),
    Column("shown_by", "Shown by", 26, is_spare=True, needs=130),
)


class Proposed(Sheet):
    """Enter looks at one and registers it."""

    BINDINGS = keys(("enter", "select_cursor", "Register", "Look at this gap, then register it"))

    def __init__(self) -> None:
        hint = "Words of gap, topic, kind: triage guideline"
        super().__init__(_COLUMNS, sort_by="number", find_hint=hint, id="proposed")
        self._gaps: Sequence[GapRecord] = ()
        self._topics: Mapping[str, str] = {}

    def show(self, gaps: Sequence[GapRecord], topics: Mapping[str, str]) -> None:
        """Show proposals; ``topics`` are code -> name."""
        self._gaps, self._topics = gaps, topics
        self.fill([self._row(number, gap) for number, gap in enumerate(gaps, start=1)])

    def _row(self, number: int, gap: GapRecord) -> Row:
        cells = (
            plain(number, order=f"{number:06d}"),
            plain(gap.title),
            plain(kind_of(gap.source_type) if gap.source_type else ""),
            plain(self._topics.get(gap.topic, gap.topic)),
            plain(gap.trigger.value),
        )
        kind = gap.source_type.label if gap.source_type else ""
        return Row(str(number), cells, f"{gap.topic} {kind} {gap.trigger_detail} {gap.question}")

    @property
    def at_cursor(self) -> GapRecord | None:
        """The proposal at the cursor."""
        key = self.key_at_cursor
        return self._gaps[int(key) - 1] if key else None

    def in_words(self) -> Content:
        """What is known of the one at the cursor."""
        gap = self.at_cursor
        if gap is None:
            return Content("")
        facts = [
            gap.source_type.label if gap.source_type else "",
            self._topics.get(gap.topic, gap.topic),
            f"shown by {gap.trigger.value}",
            gap.trigger_detail,
        ]
        said = " · ".join(one_line(fact, 110) for fact in facts if fact)
        return words((one_line(gap.title, 200), "bold"), (f"\n{said}", "$km-quiet"))
