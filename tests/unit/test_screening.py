"""Screening what a search elsewhere found: duplicates, decisions, the flow, what is added and logged, and what forgets it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.screening import ScreeningDesk
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import RecordError, UnreadableSource
from kmassist.gaps.claims import ClaimStrength
from kmassist.records.prisma import flow_svg, flow_text
from kmassist.records.screening import Verdict, verdict_of
from kmassist.settings.model import load_settings

QUESTION = "Does midwife-led triage reduce waiting times?"
RECORD = "TY  - JOUR\nTI  - {title}\nAU  - {author}\nPY  - {year}\nDO  - {doi}\nAB  - {abstract}\nER  - \n"
RIS = "".join(
    RECORD.format(**row)
    for row in (
        {
            "title": "Midwife-led triage and waiting times in maternity units",
            "author": "Heron, Ann",
            "year": 2023,
            "doi": "10.9999/heron",
            "abstract": "Midwife-led triage shortened the wait of women in a cohort of 1,200.",
        },
        {
            "title": "Triage of cattle in veterinary practice",
            "author": "Bull, Bo",
            "year": 2020,
            "doi": "",
            "abstract": "Cows were triaged.",
        },
        {
            "title": "Waiting in maternity triage: a survey of women",
            "author": "Teal, Dan",
            "year": 2021,
            "doi": "10.9999/teal",
            "abstract": "Women said that they waited long in triage.",
        },
    )
)
NBIB = """PMID- 39999999
TI  - Waiting in maternity triage: a survey of women
DP  - 2021
AB  - Women said that they waited long in triage.
AID - 10.9999/teal [doi]
"""
CSV = (
    "Title,Abstract,DOI,Year,Authors\n"
    '"MIDWIFE-LED TRIAGE and waiting times in maternity units.",Another abstract.,,2023,"Heron, A"\n'
    '"A trial of telephone triage before admission","Telephone triage did nothing.",10.9999/new,2024,"Coot, E"\n'
)


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    settings = load_settings({"library": str(tmp_path / "library"), "site.role": "librarian"})
    return Assistant.open(settings, create=True, embedder=HashingEmbedder())


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    paths = []
    for name, text in (("medline.ris", RIS), ("pubmed.nbib", NBIB), ("cinahl.csv", CSV)):
        paths.append(tmp_path / name)
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def desk(assistant: Assistant) -> ScreeningDesk:
    return assistant.outside.screening


def states(assistant: Assistant) -> list[str]:
    screening = desk(assistant).get()
    return [verdict_of(screening, f).value for f in desk(assistant).records(screening.screening_id)]


def begun(assistant: Assistant, exports: list[Path]) -> ScreeningDesk:
    desk(assistant).begin(
        exports, databases=("MEDLINE", "PubMed", "CINAHL"), question=QUESTION, strategy="triag*"
    )
    return desk(assistant)


def test_records_that_repeat_across_forms_are_told(
    assistant: Assistant, exports: list[Path]
) -> None:
    found = begun(assistant, exports)
    assert [(f.number, f.same_as) for f in found.records("1")] == [
        (1, 0), (2, 0), (3, 0), (4, 3), (5, 1), (6, 0),
    ]  # fmt: skip
    flow = found.flow()
    assert dict(flow.identified) == {"MEDLINE": 3, "PubMed": 1, "CINAHL": 2}
    assert (flow.total, flow.duplicates, flow.waiting) == (6, 2, 4)


def test_a_record_that_the_library_holds_need_not_be_screened(
    assistant: Assistant, exports: list[Path]
) -> None:
    list(assistant.add([exports[1]]))
    begun(assistant, exports)
    held = desk(assistant).records("1")[2].held_as
    assert assistant.source(held).metadata.pmid == "39999999"
    assert states(assistant)[2:4] == ["in the library already", "duplicate"]


def test_screening_goes_on_where_it_stopped_and_decisions_can_be_taken_back(
    assistant: Assistant, exports: list[Path]
) -> None:
    begun(assistant, exports).decide("", [1], Verdict.INCLUDED)
    desk(assistant).decide("", [2], Verdict.EXCLUDED, reason="not  people")
    assistant.close()
    again = Assistant.open(assistant.settings, embedder=HashingEmbedder())
    screening = desk(again).get()
    assert screening.decided["2"].reason == "not people"
    assert screening.decided["2"].by_role == "librarian"
    assert desk(again).flow().waiting == 2
    desk(again).undo("", [2])
    assert desk(again).flow().waiting == 3


def test_what_cannot_stand_is_refused(assistant: Assistant, exports: list[Path]) -> None:
    with pytest.raises(RecordError, match="Nothing is being screened"):
        desk(assistant).get()
    with pytest.raises(RecordError, match="for a question"):
        desk(assistant).begin(exports)
    begun(assistant, exports)
    with pytest.raises(RecordError, match="with a reason"):
        desk(assistant).decide("", [2], Verdict.EXCLUDED)
    with pytest.raises(RecordError, match="no record 9"):
        desk(assistant).decide("", [9], Verdict.INCLUDED)
    with pytest.raises(RecordError, match="4 of 6 records are still to screen"):
        desk(assistant).finish(by_role="librarian")
    note = exports[0].with_name("note.md")
    note.write_text("# A note\n\nNo references here.\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="no export of references"):
        desk(assistant).begin([note], question=QUESTION)


def test_personal_data_in_an_abstract_is_replaced_before_anything_is_kept(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "x.ris"
    path.write_text(
        RIS.replace("Cows were triaged.", "Mrs Jane Smith, NHS number 943 476 5919, was seen."),
        encoding="utf-8",
    )
    _, said = desk(assistant).begin([path], question=QUESTION)
    assert "personal data in 1 of 3 records" in said[0]
    assert "943 476 5919" not in json.dumps(assistant.index.records("screened"))


def test_what_another_tool_left_out_stays_out_until_it_is_taken_back(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "tool.csv"
    path.write_text(
        CSV.replace("Authors\n", "Authors,included\n").replace('"Coot, E"', '"Coot, E",0'),
        encoding="utf-8",
    )
    desk(assistant).begin([path], question=QUESTION)
    assert states(assistant) == ["to screen", "excluded"]
    desk(assistant).decide("", [1, 2], Verdict.INCLUDED)
    done = desk(assistant).finish(by_role="librarian")
    assert [d.metadata.status for d in done.added] == ["", ""]


def screened(assistant: Assistant, exports: list[Path], **options: str) -> ScreeningDesk:
    found = desk(assistant)
    found.begin(
        exports, databases=("MEDLINE", "PubMed", "CINAHL"), question=QUESTION, strategy="triag*", **options
    )  # fmt: skip
    found.decide("", [1], Verdict.INCLUDED)
    found.decide("", [2], Verdict.EXCLUDED, reason="not people")
    found.decide("", [3], Verdict.NOT_ELIGIBLE, reason="no comparison")
    found.decide("", [6], Verdict.NOT_RETRIEVED)
    return found


def test_every_record_stands_in_one_place_of_the_flow(
    assistant: Assistant, exports: list[Path]
) -> None:
    flow = screened(assistant, exports).flow()
    assert flow.total == flow.duplicates + flow.held + flow.screened + flow.waiting
    assert flow.screened == flow.excluded + flow.sought
    assert flow.sought == flow.not_retrieved + flow.assessed
    assert flow.assessed == flow.not_eligible + flow.included
    said = flow_text(flow)
    for line in (
        "Records identified from databases (n = 6)",
        "duplicates (n = 2)",
        "Records screened (n = 4)",
        "not people (n = 1)",
        "Reports not retrieved (n = 1)",
        "no comparison (n = 1)",
        "Reports included (n = 1)",
    ):
        assert line in said
    assert "still to be screened" not in said
    picture = ET.fromstring(flow_svg(flow, "A <flow>"))
    drawn = " ".join(
        "".join(text.itertext()) for text in picture.iter() if text.tag.endswith("text")
    )
    assert "Records screened (n = 4)" in drawn
    assert "A <flow>" in drawn
    tall = [float(r.get("height", 0)) for r in picture.iter() if r.get("width") == "22"]
    assert len(tall) == 3
    assert min(tall) > 6 * len("Included")


def test_what_is_included_is_added_and_the_search_is_logged(
    assistant: Assistant, exports: list[Path]
) -> None:
    done = screened(assistant, exports).finish(by_role="librarian", registers=("ISRCTN",))
    assert [d.metadata.doi for d in done.added] == ["10.9999/heron"]
    assert [d.metadata.doi for d in assistant.sources()] == ["10.9999/heron"]
    assert "cohort of 1,200" in assistant.source(done.added[0].doc_id).text
    (search,) = assistant.gaps.searches()
    assert search.databases == ("MEDLINE", "PubMed", "CINAHL")
    assert search.outcome == (
        "6 records, 2 removed before screening, 4 screened, 1 included (screening 1)."
    )
    with pytest.raises(RecordError, match="was finished"):
        desk(assistant).undo("1", [2])


def test_the_export_itself_can_be_added_afterwards_without_storing_it_twice(
    assistant: Assistant, exports: list[Path]
) -> None:
    screened(assistant, exports).finish(by_role="librarian")
    list(assistant.add([exports[0]]))
    assert sorted(d.metadata.doi for d in assistant.sources()) == ["", "10.9999/heron", "10.9999/teal"]  # fmt: skip


def test_a_gap_is_confirmed_on_a_search_that_was_screened(
    assistant: Assistant, exports: list[Path]
) -> None:
    question = "Does midwife-led triage cost less than triage by doctors?"
    list(assistant.add([exports[1]]))
    gap = assistant.gaps.add(title="No study of cost", question=question, source_type="ECO")
    assert assistant.outside.confirm(gap.gap_id)[0].claim == ClaimStrength.CORPUS.value
    found = desk(assistant)
    found.begin(exports, databases=("MEDLINE", "PubMed", "CINAHL"), gap_id=gap.gap_id)
    found.decide("", [1, 2], Verdict.EXCLUDED, reason="no costs")
    found.decide("", [6], Verdict.INCLUDED)
    found.finish(by_role="librarian")
    record, says = assistant.outside.confirm(gap.gap_id)
    assert record.claim == ClaimStrength.PROBABLE.value
    assert "registers of running studies" in says
    assistant.gaps.log_search(
        gap_id=gap.gap_id, databases="MEDLINE, CINAHL", strategy="triag*", by_role="librarian", registers=("ISRCTN",)
    )  # fmt: skip
    record, says = assistant.outside.confirm(gap.gap_id)
    assert record.claim == ClaimStrength.CONFIRMED.value
    assert says.startswith("Evidence gap (JLA definition), checked")
    assert says.endswith(" Screening took in 1 report; no reliable review was found.")


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"question": "What does triage cost?"}, "kind of source"),
        ({"source_type": "ECO"}, "question"),
    ],
)
def test_a_gap_that_cannot_be_confirmed_says_what_it_lacks(
    assistant: Assistant, fields: dict[str, str], lacks: str
) -> None:
    gap = assistant.gaps.add(title="No study of cost", **fields)
    with pytest.raises(RecordError, match=f"it names no {lacks}"):
        assistant.outside.confirm(gap.gap_id)


def test_a_forgotten_document_is_forgotten_where_it_was_screened(
    assistant: Assistant, exports: list[Path]
) -> None:
    done = screened(assistant, exports).finish(by_role="librarian")
    title = done.added[0].metadata.title
    assistant.forget(done.added[0].doc_id)
    kept = json.dumps([assistant.index.records(kind) for kind in assistant.index.record_kinds()])
    assert title.casefold() not in kept.casefold()
    assert "cohort of 1,200" not in kept
    assert desk(assistant).flow("1").included == 1
    assert desk(assistant).records("1")[2].title.startswith("Waiting in maternity triage")


REAL = (
    next(
        (
            p
            for up in Path(__file__).parents
            if (p := up / "shared" / "data" / "references").is_dir()
        ),
        Path(),
    )
    / "asreview"
)


@pytest.mark.skipif(not REAL.is_dir(), reason="the collected exports are not here")
@pytest.mark.parametrize(
    ("name", "records", "duplicates"),
    [("embase.csv", 6, 0), ("embase.ris", 6, 0), ("duplicate_records.csv", 14, 1)],
)
def test_exports_of_real_databases(
    assistant: Assistant, name: str, records: int, duplicates: int
) -> None:
    (path,) = REAL.rglob(name)
    desk(assistant).begin([path], question="x")
    flow = desk(assistant).flow()
    assert flow.total == records
    assert flow.duplicates >= duplicates
