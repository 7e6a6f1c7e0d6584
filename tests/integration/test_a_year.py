"""A year of a service, month by month: real files, a real library and the real model; the days are given by the one clock.

Told for people in docs/keeping-up.md, which says the same in the same order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.cli import run
from kmassist.events import FileGone
from kmassist.gaps.claims import ClaimStrength
from kmassist.records.screening import Verdict as ScreeningVerdict
from kmassist.settings.model import load_settings
from kmassist.text import clock
from tests.present import present

SYNTHETIC = "Synthetic document made for demonstration; it describes no real service."
QUESTION = "Are women assessed within 15 minutes of arrival in triage?"
FILES = {
    "guideline/triage-guideline.md": """---
title: Marlow Vale guideline on maternity triage
issuer: Marlow Vale maternity unit
published: 2024-09
review_by: 2026-08
topics: [TRI]
---
# Recommendations

Every woman who arrives in triage should be assessed by a midwife within 15 minutes of arrival.
""",
    "ppi/waiting-talks-2025.md": """---
title: What women say about waiting in triage
issuer: Marlow Vale Maternity Voices Partnership
evidence_date: 2025-10
topics: [TRI]
ppi: {who: women who attended triage, number: 14, method: group talks}
---
# What was said

Fourteen women said that they did not know how long they would wait in triage or who had seen their notes.
""",
    "frontline/night-huddles-2026.md": """---
title: Staff on triage at night
issuer: Marlow Vale maternity unit
evidence_date: 2026-01
topics: [TRI]
---
# Notes of the huddles

Midwives said that one midwife at night cannot answer the telephone and assess women in triage.
""",
    "published/feeding-trial.md": """---
title: Kestrel trial of support with feeding
design: 1b
authors: [Kestrel A, Heron B]
evidence_date: 2023-05
sample_size: 640
topics: [INF]
---
# Results

More women were breastfeeding at six weeks when a feeding supporter telephoned them, 61% against 52%.
""",
}
AUDIT = """---
title: Audit of assessment in triage
issuer: Marlow Vale maternity unit
evidence_date: 2026-03
topics: [TRI]
audit:
  - criterion: Women assessed within 15 minutes of arrival in triage
    target_percent: 90
    numerator: {met}
    denominator: 200
    period_start: 2026-01
    period_end: 2026-03
    re_audit_due: 2026-11
    owner_role: audit lead midwife
---
# Findings

Of 200 women who arrived in triage, {met} were assessed within 15 minutes of arrival.
"""

FOUND = tuple(
    f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nPY  - 2024\nAB  - {said}\nER  - \n"
    for title, author, said in (
        ("Midwives in maternity triage: a cohort", "Heron, A", "Waits were shorter for 812 women."),
        ("Triage of cattle in veterinary practice", "Bull, B", "Cows were triaged."),
    )
)


class Service:
    """A shared folder, a library and a day."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = home / "shared drive"
        self.settings = load_settings(
            {"library": str(home / "library"), "site.role": "audit lead midwife"}
        )
        self._monkeypatch = monkeypatch
        self.write(**FILES)
        self.open()

    def on(self, day: str) -> None:
        """It is the morning of that day."""
        at = dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")
        self._monkeypatch.setattr(clock, "now", lambda: at)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n{SYNTHETIC}\n", encoding="utf-8")

    def open(self) -> Assistant:
        self.assistant = Assistant.open(self.settings, create=True)
        return self.assistant

    def sync(self) -> list[object]:
        """What a person sees is done."""
        return list(self.assistant.folders.carry_out(self.assistant.folders.plan(self.folder)))

    def doc(self, name: str) -> str:
        return next(d.doc_id for d in self.assistant.sources() if d.source_name == name)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.delenv("KMASSIST_LIBRARY", raising=False)
    made = Service(tmp_path, monkeypatch)
    yield made
    made.assistant.close()


def test_a_year_of_a_service(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # January: the folder is kept in step; a question is followed, another cannot be answered.
    service.on("2026-01-12")
    service.sync()
    a = service.assistant
    assert len(a.sources()) == 4
    talks = service.doc("waiting-talks-2025.md")
    a.edit(talks, {"ppi.groups": "women with an interpreter"})
    followed, january = a.follow.follow(QUESTION, by_role="consultant midwife")
    wanted = "How many women are readmitted with wound infection after caesarean birth?"
    a.follow.note(a.answer(wanted))
    assert [q.question for g in a.follow.unanswered() for q in g.questions] == [wanted]
    gap = a.gaps.add(
        title="No audit of assessment in triage",
        question=QUESTION,
        topic="TRI",
        source_type="AUD",
        owner_role="audit lead midwife",
        due="2026-05-31",
    )
    brief_id = a.briefs.save(a.briefs.compose(QUESTION, "clinical"))
    a.news.visited()

    # February: the partnership tidies its folder. The correction stays with the file.
    service.on("2026-02-09")
    old = service.folder / "ppi" / "waiting-talks-2025.md"
    old.rename(service.folder / "ppi" / "2025 talks on waiting.md")
    service.sync()
    assert a.source(talks).source_name == "2025 talks on waiting.md"
    assert present(a.source(talks).metadata.ppi).groups == ("women with an interpreter",)
    assert a.news.since().sources == ()

    # March: the shared drive is away for a day. Nothing is emptied.
    service.on("2026-03-02")
    service.folder.rename(tmp_path / "away")
    service.sync()
    assert (len(a.sources()), dict(a.folders.aside())) == (4, {})
    assert a.folders.list()[0][1].problem
    (tmp_path / "away").rename(service.folder)
    service.on("2026-03-03")
    service.sync()
    assert a.folders.list()[0][1].problem == ""

    # April: the audit comes. The followed question turns, once; the gap may close; the brief would differ.
    service.on("2026-04-20")
    service.write(**{"audit/triage-audit-2026.md": AUDIT.format(met=104)})
    service.sync()
    (turn,) = a.follow.tell()
    assert turn.question == followed.question
    assert any("104" in says for says in turn.says), turn.says
    assert a.follow.tell() == []
    news = a.news.since(brief_id)
    assert [(s.title, s.change) for s in news.sources] == [("Audit of assessment in triage", "new")]
    assert [(g.gap_id, g.may_reopen) for g in news.gaps] == [(gap.gap_id, False)]
    (touched,) = news.briefs
    assert any("104" in change for change in touched.changes), touched.changes
    audit = service.doc("triage-audit-2026.md")
    a.gaps.close(gap.gap_id, doc_id=audit)
    a.news.visited()

    # May: a search outside is screened and logged. Nothing there answers: a gap of this corpus is now an evidence gap.
    service.on("2026-05-18")
    lack = a.gaps.add(
        title="No study of costs of triage",
        question="What does assessment by a midwife in triage cost?",
        topic="TRI",
        source_type="ECO",
    )
    record, says = a.outside.confirm(lack.gap_id)
    assert record.claim == ClaimStrength.CORPUS.value, says
    exports = [tmp_path / "medline.ris", tmp_path / "cinahl.ris"]
    for export, text in zip(exports, FOUND, strict=True):
        export.write_text(text, encoding="utf-8")
    a.outside.screening.begin(exports, databases=("MEDLINE", "CINAHL"), gap_id=lack.gap_id)
    a.outside.screening.decide("", [1, 2], ScreeningVerdict.EXCLUDED, reason="no costs")
    a.outside.screening.finish(
        by_role="librarian",
        registers=("ISRCTN",),
        ongoing="Heron trial of costs of triage",
        result_expected="2026-11",
    )
    record, says = a.outside.confirm(lack.gap_id)
    assert record.claim == ClaimStrength.CONFIRMED.value, says
    assert len(a.sources()) == 5  # what was left out came into no library

    # June: a figure of the audit is corrected. The closed gap may reopen.
    service.on("2026-06-15")
    service.write(**{"audit/triage-audit-2026.md": AUDIT.format(met=140)})
    service.sync()
    assert [(g.gap_id, g.may_reopen) for g in a.news.since().gaps if g.may_reopen] == [
        (gap.gap_id, True)
    ]
    assert len(a.sources()) == 5

    # July: a file is removed. It is set aside and said; in August it is forgotten, because somebody confirms it.
    service.on("2026-07-06")
    huddles = service.doc("night-huddles-2026.md")
    (service.folder / "frontline" / "night-huddles-2026.md").unlink()
    assert [e.doc_id for e in service.sync() if isinstance(e, FileGone)] == [huddles]
    answer = a.answer("What do staff say about triage at night?")
    assert huddles not in {c.citation.doc_id for c in answer.claims}
    assert a.source(huddles).metadata.status.endswith("noticed 2026-07-06")
    assert a.folders.plan(service.folder).aside == {huddles: "2026-07-06T09:00:00+00:00"}
    a.forget(huddles)
    assert a.folders.plan(service.folder).to_do == 0

    # September: the guideline is past its review date, and what is due says whose it is.
    service.on("2026-09-14")
    assert "Marlow Vale guideline on maternity triage" in [i.what for i in a.news.due()]
    assert "Audit of assessment in triage" not in [i.what for i in a.news.due()]

    # October: a paper answers the question that waited since January.
    service.on("2026-10-05")
    service.write(
        **{
            "published/wound-infection.md": """---
title: Readmission with wound infection after caesarean birth
design: 2b
authors: [Plover C]
evidence_date: 2026-06
sample_size: 1200
topics: [CAE]
---
# Results

Of 1,200 women who had a caesarean birth, 48 (4%) were readmitted with wound infection within 30 days.
"""
        }
    )
    service.sync()
    told = [t for t in a.follow.tell() if t.was_unanswered]
    assert [t.question for t in told] == [wanted]
    assert a.follow.unanswered() == []

    # December: the re-audit is late, and the command line says so to whoever owns it.
    service.on("2026-12-01")
    assert ("Heron trial of costs of triage", "2026-11-30", "librarian") in [
        (i.what, i.due, i.owner) for i in a.news.due()
    ]
    library = str(service.settings.library)
    a.close()
    assert run(["--library", library, "due", "--owner", "audit lead midwife"]) == 4
    said = capsys.readouterr().out
    assert "Audit of assessment in triage (1 day late)" in " ".join(said.split())
    service.open()
    acts = [line.action for line in service.assistant.trail()]
    assert {"add folder", "add aside", "forget", "followed question turned"} <= set(acts)
    assert january.verdict
