"""Gaps: what the library proposes, the register as a table or a board, and who leads at each stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from kmassist.gaps import GapRecord, GapStage
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.standing import kind_of
from kmassist.tui.widgets.proposed import Proposed
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

_COLUMNS = (
    Column("number", "No.", 5),
    Column("title", "Gap", least=24),
    Column("kind", "Kind", 11, is_spare=True),
    Column("stage", "State", 11, needs=80),
    Column("owner", "Owner", 24, narrow=16, needs=64),
    Column("due", "Due", 12),
)


class Lane(OptionList):
    """One column of the board."""

    BINDINGS = keys(
        ("enter", "select", "Edit", "Change this gap"),
        ("left", "app.focus_previous", "Left"),
        ("right", "app.focus_next", "Right"),
    )


class GapsScreen(MainScreen):
    """Proposed; open, in progress, closed."""

    mode = "gaps"
    ABOUT = (
        "First what the library itself proposes, such as an audit below its target: nothing is registered until you choose one, look "
        "at it and save it. p goes to the register of what is not known: open, in progress, closed. / finds by words of topic and "
        "kind. A gap belongs to a role and has a due date; one that is past it is marked !. Leadership shows "
        "the eight stages from noticing a gap to changing policy, with the roles nobody is recorded for."
    )
    BINDINGS = keys(
        ("n", "new", "New", "Register a gap"),
        ("p", "proposals", "Proposed", "What the library proposes, or the register"),
        ("v", "view", "View", "Open, in progress, closed, or all"),
        ("b", "board", "Board", "The register as a board or as a table"),
        ("l", "leadership", "Leadership", "Who leads at each stage, and which roles are vacant"),
        ("o", "searches", "Outside", "Searches elsewhere: strategies, screening, log"),
        ("h", "hand_over", "Hand over", "Which role takes this gap over, and when"),
        ("x", "export", "Export", "Write the register to a .csv, .json or .md file"),
    )
    _VIEWS = ("", *(stage.value for stage in GapStage))

    def __init__(self) -> None:
        super().__init__()
        self._gaps: Sequence[GapRecord] = ()
        self._proposals: Sequence[GapRecord] | None = None
        self._view = ""
        self._is_register = False
        self.key_labels = {"proposals": "Register"}

    def body(self) -> Iterable[Widget]:
        yield Static("", markup=False, id="gaps-head")
        with Vertical(id="table-frame"):
            yield Sheet(_COLUMNS, sort_by="number", id="register")
            yield Proposed()
            with Horizontal(id="board"):
                for stage in GapStage:
                    with Vertical(classes="lane"):
                        yield Static("", markup=False, id=f"lane-title-{stage.name.lower()}")
                        yield Lane(id=f"lane-{stage.name.lower()}")
            yield Static("", markup=False, id="empty")
        yield Static("", markup=False, id="particulars")

    def on_mount(self) -> None:
        self.query_one("#board").display = self.query_one("#register").display = False
        self.query_one(Proposed).focus()
        self.kmassist.library_changed.subscribe(self, lambda _: self._load())
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        self._gaps = await self.kmassist.library.call(lambda a: a.gaps.list())
        self._draw()
        proposals, topics = await self.kmassist.library.call(
            lambda a: (a.gaps.propose(), {c: t.label for c, t in a.vocabulary.topics.items()})
        )
        self._proposals = proposals
        self.query_one(Proposed).show(proposals, topics)
        if not proposals and not self._is_register:
            self.action_proposals()
        self._draw()

    def _draw(self) -> None:
        now = self.kmassist.today().isoformat()
        counts = {stage: sum(g.stage is stage for g in self._gaps) for stage in GapStage}
        overdue = sum(g.is_overdue(now) for g in self._gaps)
        said = " · ".join(f"{n} {stage.value}" for stage, n in counts.items() if n) or "empty"
        proposed = "…" if self._proposals is None else str(len(self._proposals))
        head = ("Gap register  ", said) if self._is_register else ("Proposed gaps  ", proposed)
        other = f" · {proposed} proposed" if self._is_register else f" · register: {said}"
        shown = f"  showing: {self._view}" if self._view and self._is_register else ""
        alarm = f"  ! {overdue} overdue" if overdue else ""
        self.query_one("#gaps-head", Static).update(
            words(
                (head[0], "bold"),
                (head[1], "$km-quiet"),
                (alarm, "bold $km-check"),
                (other, "$km-quiet"),
                (shown, "$km-link"),
            )
        )
        self.query_one(Sheet).fill(
            [self._row(g, now) for g in self._gaps if not self._view or g.stage.value == self._view]
        )
        for stage in GapStage:
            lane = self.query_one(f"#lane-{stage.name.lower()}", Lane)
            kept = lane.highlighted
            lane.set_options(
                Option(self._card(g, now), id=g.gap_id) for g in self._gaps if g.stage is stage
            )
            if lane.option_count:
                lane.highlighted = min(kept or 0, lane.option_count - 1)
            title = self.query_one(f"#lane-title-{stage.name.lower()}", Static)
            title.update(
                words((f"{stage.value[:1].upper()}{stage.value[1:]} ({counts[stage]})", "bold"))
            )
        is_board = bool(self.query_one("#board").display)
        has_rows = bool(self._gaps if self._is_register else self._proposals)
        waiting = "Looking for what the library proposes…"
        none = "No gaps yet. Press n to register one, or p to see what the library proposes."
        empty = self.query_one("#empty", Static)
        empty.update(words((none if self._is_register else waiting, "$km-quiet")))
        empty.display = not has_rows
        self.query_one("#register").display = has_rows and self._is_register and not is_board
        self.query_one(Proposed).display = has_rows and not self._is_register
        if self.focused is None and has_rows and not is_board:  # what was hidden had lost it
            self.query_one("#register" if self._is_register else "#proposed").focus()
        self._describe()
        self.refresh_bindings()

    def _row(self, gap: GapRecord, now: str) -> Row:
        is_late = gap.is_overdue(now)
        late = self.kmassist.theme_colour("km-check") if is_late else ""
        cells = (
            plain(gap.gap_id, order=gap.gap_id.zfill(6)),
            plain(gap.title),
            plain(kind_of(gap.source_type) if gap.source_type else ""),
            plain(gap.stage.value, order=str(list(GapStage).index(gap.stage))),
            plain(
                gap.owner_role or "no owner",
                "" if gap.owner_role else self.kmassist.theme_colour("km-check"),
            ),
            plain(f"{gap.due or '-'}{' !' if is_late else ''}", late, order=gap.due or ""),
        )
        return Row(gap.gap_id, cells, f"{gap.question} {gap.topic} {gap.action}")

    def _card(self, gap: GapRecord, now: str) -> Content:
        facts = [
            kind_of(gap.source_type) if gap.source_type else "",
            gap.owner_role or "no owner",
            f"due {gap.due}" if gap.due else "",
        ]
        late: tuple[str, str] = (
            (" ! overdue", "bold $km-check") if gap.is_overdue(now) else ("", "")
        )
        said = " · ".join(one_line(fact, 30) for fact in facts if fact)
        return words(
            (f"{gap.gap_id} ", "bold $km-link"),
            one_line(gap.title, 120),
            (f"\n{said}", "$km-quiet"),
            late,
            "\n",
        )

    @property
    def gap(self) -> GapRecord | None:
        """The one at the cursor, in the table or on the board."""
        if not self.is_mounted or not self._is_register:
            return None
        focused = self.focused
        if isinstance(focused, Lane):
            if focused.highlighted is None:
                return None
            key = focused.get_option_at_index(focused.highlighted).id
        else:
            key = self.query_one(Sheet).key_at_cursor
        return next((g for g in self._gaps if g.gap_id == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys over the register are offered when it holds something."""
        if action == "hand_over":
            return self.gap is not None
        if action in ("board", "view", "export"):
            if not self._is_register:
                return False
            is_board = self.is_mounted and bool(self.query_one("#board").display)
            return bool(self._gaps) and not (action == "view" and is_board)
        return True

    @on(DataTable.RowHighlighted)
    @on(OptionList.OptionHighlighted)
    def _moved(self, event: DataTable.RowHighlighted | OptionList.OptionHighlighted) -> None:
        event.stop()
        self._describe()

    def _describe(self) -> None:
        gap = self.gap
        panel = self.query_one("#particulars", Static)
        panel.display = gap is not None or bool(self._proposals and not self._is_register)
        if gap is None:
            panel.update(self.query_one(Proposed).in_words())
            return
        facts = [
            gap.claim,
            f"shown by {gap.trigger.value}",
            gap.trigger_detail,
            f"raised by {gap.raised_by}" if gap.raised_by else "",
        ]
        facts += [
            f"opened {gap.opened}" if gap.opened else "",
            gap.stage.value,
            gap.owner_role or "no owner",
            f"stage of work {gap.leadership_stage}",
            " ".join(gap.codes),
        ]
        said = " · ".join(one_line(fact, 60) for fact in facts if fact)
        action = (
            f"\nAction: {one_line(gap.action, 200)}"
            if gap.action
            else "\nNo action is written down."
        )
        closed = (
            f"\nClosed {gap.closed_on}: {one_line(gap.closing_note or gap.closed_by_doc, 120)}"
            if gap.closed_on
            else ""
        )
        panel.update(
            words((one_line(gap.title, 200), "bold"), (f"\n{said}", "$km-quiet"), action, closed)
        )

    @on(DataTable.RowSelected)
    @on(OptionList.OptionSelected)
    def _edit(self, event: DataTable.RowSelected | OptionList.OptionSelected) -> None:
        from kmassist.tui.screens.gap_form import edit_gap, new_gap

        event.stop()
        if not self._is_register and (proposed := self.query_one(Proposed).at_cursor):
            known = proposed.model_dump(mode="json", exclude={"gap_id"})
            self.app.push_screen(new_gap(self.kmassist, known))
        elif self.gap:
            self.app.push_screen(edit_gap(self.kmassist, self.gap))

    def action_new(self) -> None:
        from kmassist.tui.screens.gap_form import new_gap

        self.app.push_screen(new_gap(self.kmassist, {}))

    def action_view(self) -> None:
        self._view = self._VIEWS[(self._VIEWS.index(self._view) + 1) % len(self._VIEWS)]
        self._draw()

    def action_board(self) -> None:
        board = self.query_one("#board")
        board.display = not board.display
        self._draw()
        filled = [lane for lane in self.query(Lane) if lane.option_count]
        target = filled[0] if board.display and filled else self.query_one("#register")
        target.focus()

    def action_proposals(self) -> None:
        self._is_register = not self._is_register
        self.key_labels = {"proposals": "Proposed" if self._is_register else "Register"}
        self.query_one("#board").display = False
        self._draw()
        self.query_one("#register" if self._is_register else "#proposed").focus()

    def action_leadership(self) -> None:
        from kmassist.tui.screens.people import LeadershipScreen

        self.app.push_screen(LeadershipScreen())

    def action_searches(self) -> None:
        """Searches elsewhere, for the gap at the cursor where there is one."""
        from kmassist.tui.screens.searches import SearchesScreen

        gap = self.gap
        screen = SearchesScreen(gap.question or gap.title, gap.gap_id) if gap else SearchesScreen()
        self.app.push_screen(screen)

    def action_hand_over(self) -> None:
        """The roles that have this gap, one after the other."""
        from kmassist.tui.screens.hand_over import HandOverScreen

        if self.gap:
            self.app.push_screen(HandOverScreen(self.gap))

    def action_export(self) -> None:
        from kmassist.tui.screens.confirm import write_to

        write_to(
            self,
            "Export the register to",
            "gaps.csv",
            "Ends in .csv, .json or .md",
            lambda a, path: a.gaps.export(path),
        )
