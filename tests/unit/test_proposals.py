"""What plain documents say of themselves is proposed with its place, and taken only when a person says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmassist.documents.document import SourceType
from kmassist.readers import read_source
from kmassist.readers.metadata.kinds import likeliest, place_of
from kmassist.readers.metadata.proposal_rules import patterns, rules, types_of_words
from kmassist.readers.metadata.proposals import propose
from tests.unit.proposing import proposed

_CASES = [
    (name, at, entry)
    for name, entries in rules().items()
    if name != "source_type"
    for at, entry in enumerate(entries)
]
_TYPES = [
    (name, at, entry)
    for name, entries in rules()["source_type"].items()
    for at, entry in enumerate(entries)
]


@pytest.mark.parametrize(
    ("name", "at", "entry"), _CASES, ids=[f"{name}-{at}" for name, at, _ in _CASES]
)
def test_each_rule_takes_its_examples_and_not_the_others(
    name: str, at: int, entry: dict[str, Any]
) -> None:
    find = patterns(name)[at].fullmatch if name == "author" else patterns(name)[at].search
    assert [text for text in entry["matches"] if not find(str(text))] == []
    assert [text for text in entry["not"] if find(str(text))] == []


@pytest.mark.parametrize(
    ("name", "at", "entry"), _TYPES, ids=[f"{name}-{at}" for name, at, _ in _TYPES]
)
def test_each_word_of_a_kind_takes_its_examples_and_not_the_others(
    name: str, at: int, entry: dict[str, Any]
) -> None:
    pattern = types_of_words()[SourceType(name)][at]
    assert [text for text in entry["matches"] if not pattern.search(str(text))] == []
    assert [text for text in entry["not"] if pattern.search(str(text))] == []


_REPORT = """What families said about visiting
Ashcombe Maternity Voices Partnership
14 May 2026

By Ann Reed, Chair

We spoke to 27 women and four partners at a listening event. Women told us that nobody knew when visiting ends.
"""


def proposals(folder: Path, text: str, name: str = "doc 7.txt") -> dict[str, Any]:
    (folder / name).write_text(text)
    (document,) = read_source(folder / name, root=folder)
    found = propose(document)
    for proposal in found:
        assert document.text[proposal.start :].startswith(proposal.quote.split()[0])
    return {proposal.field: proposal.value for proposal in found}


def test_a_report_without_labels_proposes_who_was_heard_how_many_when_and_by_whom(
    tmp_path: Path,
) -> None:
    found = proposals(tmp_path, _REPORT)
    assert found["source_type"] == "PPI"
    assert (found["ppi.who"], found["ppi.number"], found["ppi.method"]) == (
        "women and partners",
        31,
        "listening event",
    )
    assert (found["evidence_date"], found["issuer"], found["authors"]) == (
        "2026-05-14", "Ashcombe Maternity Voices Partnership", ["Ann Reed"],
    )  # fmt: skip


def test_notes_propose_their_version_and_review_date_and_never_the_review_as_their_date(
    tmp_path: Path,
) -> None:
    found = proposals(
        tmp_path,
        "How we answer the phone\n\nCalls go to the desk.\n\nVersion 3, review March 2027\n",
    )
    assert (found["version"], found["review_by"]) == ("3", "2027-03")
    assert "published" not in found


def test_a_clock_time_counts_nobody_and_a_short_date_alone_is_the_day(tmp_path: Path) -> None:
    text = "Safety huddle\n12/5/25\n07:45\n\nNine midwives were present. Staff said that the phone rings all night.\n"
    found = proposals(tmp_path, text)
    assert (found["frontline.number"], found["evidence_date"]) == (9, "2025-05-12")


def test_a_body_in_place_of_a_title_is_the_issuer(tmp_path: Path) -> None:
    text = "Elm Maternity Voices Partnership\n\nMinutes of the meeting held on 21 January 2025\n\nPresent: 8 women\n"
    found = proposals(tmp_path, text)
    assert found["issuer"] == "Elm Maternity Voices Partnership"
    assert found["title"] == "Minutes of the meeting held on 21 January 2025"


def test_a_body_before_its_date_is_the_issuer(tmp_path: Path) -> None:
    text = "You said, we did: the ward\n\nElm Maternity Voices Partnership, March 2025\n\nWomen told us that it was loud.\n"
    found = proposals(tmp_path, text)
    assert (found["issuer"], found["evidence_date"]) == (
        "Elm Maternity Voices Partnership",
        "2025-03",
    )


def test_a_post_is_no_issuer(tmp_path: Path) -> None:
    text = "Author: Head of Midwifery\n\nElm Hospitals NHS Trust\n\nThe Board is asked to note it for assurance.\n"
    assert proposals(tmp_path, text)["issuer"] == "Elm Hospitals NHS Trust"


def test_the_title_says_its_kind_by_what_it_calls_the_document(tmp_path: Path) -> None:
    review = (
        "After action review: two bleeds on one night\n\nFive midwives and two doctors took part.\n"
    )
    found = proposals(tmp_path, review)
    assert (found["source_type"], found["frontline.number"]) == ("FLK", 7)
    tried = "Evaluation of the guideline on complaints\n\nComplaints and feedback were counted.\n"
    assert proposals(tmp_path, tried, "b.txt")["source_type"] == "SVE"


def test_labels_are_read_for_the_kind_that_is_proposed(tmp_path: Path) -> None:
    text = (
        "Maternity incident themes\n\nTrust: Elm Hospitals NHS Trust\n"
        "Lead: the risk midwife. Data collection: 1 April 2025 to 30 June 2025. Sample: all.\n"
    )
    found = proposals(tmp_path, text)
    assert (found["source_type"], found["evidence_date"]) == ("AUD", "2025-06-30")


def test_a_period_is_of_the_evidence_and_the_date_beside_it_of_the_document(tmp_path: Path) -> None:
    text = (
        "Evaluation of a pilot\n\nElm and Oak, April to September 2025\n\n"
        "Author: Research midwife, Oak NHS Foundation Trust\n\nDate: 12 November 2025\n\nIt ran well.\n"
    )
    found = proposals(tmp_path, text)
    assert (found["evidence_date"], found["published"]) == ("2025-09", "2025-11-12")
    assert found["issuer"] == "Oak NHS Foundation Trust"


def test_who_answered_counts_and_not_who_was_asked(tmp_path: Path) -> None:
    text = "Staff survey: repair at night\n\nIt was sent to 96 midwives; 58 replied (60%).\n"
    found = proposals(tmp_path, text)
    assert (found["frontline.number"], found["frontline.roles"]) == (58, ["midwives"])


def test_a_kind_that_stands_alone_below_the_title_is_said_of_the_document(tmp_path: Path) -> None:
    text = "What night staff know about the lift\n\nPeer assist, 21 April 2026. Seven porters and three midwives came.\n"
    found = proposals(tmp_path, text)
    assert (found["source_type"], found["frontline.number"]) == ("FLK", 10)


def test_who_was_heard_tells_the_kind_where_nothing_else_does(tmp_path: Path) -> None:
    fathers = "Being there\n\nReport by the Elm Voices Partnership\n\nTwenty-three fathers filled in the cards. One slept in his car.\n"
    found = proposals(tmp_path, fathers)
    assert (found["source_type"], found["ppi.number"]) == ("PPI", 23)
    assert found["issuer"] == "Elm Voices Partnership"
    met = "Postnatal ward notes\n\nAttended: ward manager, eight midwives, three support workers\n\nThe pump is broken.\n"
    assert proposals(tmp_path, met, "b.txt")["frontline.number"] == 12


def test_the_kind_is_learnt_from_documents_of_other_areas() -> None:
    costs = "Costing of a phone line\n\nThe line costs £57,200 a year at 2024/25 prices, of which staff cost £41,000. Savings are not cash-releasing."
    found = likeliest(costs)
    assert (found.kind, found.likelihood > 0.6) == (SourceType.ECO, True)
    assert place_of(found.word, costs) is not None


def test_a_report_may_count_answers_and_not_people(tmp_path: Path) -> None:
    text = "What women told us of the clinic\n\nWe had 214 responses to our survey.\n"
    found = proposals(tmp_path, text)
    assert (found["ppi.number"], "ppi.who" in found) == (214, False)


def test_the_foot_of_a_leaflet_gives_issuer_version_and_dates(tmp_path: Path) -> None:
    text = (
        "Membrane sweep\n\nIt may help labour to start.\n\n© Elm Hospitals NHS Trust\n\n"
        "PIF-031 v2 | Issued Sept 2024 | Review due Sept 2027\n"
    )
    found = proposals(tmp_path, text)
    assert (found["issuer"], found["version"]) == ("Elm Hospitals NHS Trust", "2")
    assert found["review_by"] == "2027-09"


def test_a_kind_with_its_subject_is_a_title_and_a_heading_above_others_stays_one(
    tmp_path: Path,
) -> None:
    text = "# Elm Integrated Care Board\n\nCommissioning policy: home birth\n\nVersion 4\n"
    assert proposals(tmp_path, text, "a.md")["title"] == "Commissioning policy: home birth"
    leaflet = "## Why do I need it?\n\nYou need iron.\n\n# Iron tablets in pregnancy\n\nInformation for you\n"
    assert not {"title", "issuer"} & proposals(tmp_path, leaflet, "b.md").keys()


def test_a_line_that_names_only_the_kind_is_not_proposed_as_title(tmp_path: Path) -> None:
    found = proposals(
        tmp_path, "Standard operating procedure\nCalls at night\nVersion 3\n\n1. Pick it up.\n"
    )
    assert "title" not in found


def test_what_a_document_says_with_a_label_or_a_person_wrote_is_not_proposed_again(
    tmp_path: Path,
) -> None:
    found = proposals(
        tmp_path,
        f"---\nsource_type: FLK\nevidence_date: 2026-04\nissuer: The ward\ntitle: Visiting\n---\n{_REPORT}",
        "a.md",
    )
    assert not {"source_type", "evidence_date", "issuer", "title"} & found.keys()


def test_a_text_that_says_nothing_proposes_nothing(tmp_path: Path) -> None:
    assert (
        not {"ppi.number", "evidence_date", "published", "source_type", "issuer", "authors"}
        & proposals(
            tmp_path,
            "Beds\n\nThere were 12 beds for 3 weeks, and 40% of them were empty by Friday.\n",
        ).keys()
    )


def test_a_proposal_that_leaves_the_library_gives_no_small_number_away(
    tmp_path: Path, kmassist: Callable[..., Any]
) -> None:
    path = tmp_path / "ppi" / "doc 7.txt"
    path.parent.mkdir()
    path.write_text(_REPORT)
    (found,) = kmassist("inspect", "--json", str(path)).json
    number = next(p for p in found["proposals"] if p["field"] == "ppi.number")
    assert (number["value"], number["place"]) == ("not shown (small numbers)", "line 5")
    assert "four" not in number["quote"]


def test_proposals_are_taken_in_one_step_and_stay(
    tmp_path: Path, kmassist: Callable[..., Any]
) -> None:
    path = tmp_path / "ppi" / "doc 7.txt"
    path.parent.mkdir()
    path.write_text(_REPORT)
    kmassist("add", "--accept-proposals", str(path))
    (stored,) = kmassist("sources", "list", "--json").json
    meta = stored["metadata"]
    assert (meta["ppi"]["who"], meta["evidence_date"]) == ("women and partners", "2026-05-14")
    assert meta["came_from"]["evidence_date"] == "confirmed"
    kmassist("add", str(path))
    (again,) = kmassist("sources", "list", "--json").json
    assert again["metadata"]["came_from"]["evidence_date"] == "confirmed"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Moves between units\n\nA report by the Elm Voices Partnership\n", "issuer", "Elm Voices Partnership"),
        ("Feeding talks\n\nHeld on 9 July 2024 by Elm Parents' Forum. Tea was served.\n", "issuer", "Elm Parents' Forum"),
        ("Swab counts\n\nElm Hospitals NHS Trust, Audit Department, May 2024\n", "issuer", "Elm Hospitals NHS Trust"),
        ("Movements\n\nElm Hospitals NHS Trust. Leaflet 12, version 2.\n", "issuer", "Elm Hospitals NHS Trust"),
        ("A telephone line\n\nWe began in January 2024 at one site.\n\nElm Trust, June 2024\n", "published", "2024-06"),
        ("Cost of a balloon\n\nFinance, Elm Hospitals NHS Trust, 2023\n", "published", "2023"),
        ("Sepsis\n\nPage last reviewed: 12 January 2024\n\nTea.\n", "published", "2024-01-12"),
        ("Sepsis\n\nPage last reviewed: 12 January 2024. Next review: March 2027\n", "review_by", "2027-03"),
        ("A line for triage\n\nService evaluation poster\n\nWaits fell to 18 minutes.\n", "source_type", "SVE"),
        ("Fathers\n\nA report from Elm Dads' Network for Ashcombe Hospitals NHS Trust\n", "issuer", "Elm Dads' Network"),
        ("Cots\n\nCollected by Elm Parents Group between May and July 2024 from 31 parents\n", "issuer", "Elm Parents Group"),
        ("Sweep\n\nElm Hospitals NHS Trust 01234 000000\n", "issuer", "Elm Hospitals NHS Trust"),
        ("Sweep\n\n© Elm Hospitals NHS Trust 2024\n", "issuer", "Elm Hospitals NHS Trust"),
        ("Sweep\n\nLeaflet PIL-77/V4 July 2023 Review July 2026\n", "version", "4"),
        ("Sweep\n\nLeaflet PIL-77/V4 July 2023 Review July 2026\n", "published", "2023-07"),
        ("Infant abduction\n\nExpires: 22 March 2026\n", "review_by", "2026-03-22"),
        ("Safety huddle 14/10/24 08:00\n\nStaff said that the bell is broken. Staff felt tired.\n", "evidence_date", "2024-10-14"),
        ("Did texts help?\n\nA service evaluation in two clinics\n\nWaits fell.\n", "source_type", "SVE"),
        ("Diabetes: interviews\n\nInterviews were held in May 2024 with 12 women. Women said it was hard.\n", "ppi.number", 12),
        ("Moods after birth\n\nWe interviewed 14 women for this study. Participants told of fear.\n", "source_type", "PPI"),
        ("Sweep\n\nLast review: May 2021. Elm Trust, May 2022\n", "review_by", None),
        ("Feeding survey 2024: what parents told us\n\nParents replied. We heard 3.\n", "title", "Feeding survey 2024: what parents told us"),
    ],
)  # fmt: skip
def test_a_body_a_date_or_a_kind_inside_a_line_is_proposed(
    tmp_path: Path, text: str, field: str, value: str | int | None
) -> None:
    path = tmp_path / "doc 7.txt"
    path.write_text(text)
    (document,) = read_source(path)
    found = {p.field: p.value for p in propose(document)}
    assert found.get(field, getattr(document.metadata, field, "")) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "From: Ashcombe Parents' Forum\nTo: The Chief Executive, Elm Vale NHS Trust\nSubject: Parking for families\n\n"
            "Sixty-two people answered our poster.\n",
            {"issuer": "Ashcombe Parents' Forum", "sample_size": 62},
        ),
        (
            "Elm Voices Partnership\nElm House, Station Road, Ashcombe\n\nVisiting at night\n\nWe asked 43 parents what they think.\n",
            {"title": "Visiting at night", "ppi.who": "parents", "ppi.number": 43},
        ),
        (
            "Cost of parking worries families\n\nWe spoke to 34 parents in May 2026. Nine said that they missed a scan: the cost of the bus.\n",
            {"source_type": "PPI"},
        ),
        (
            "Staff survey: speaking up\n\nElm Trust, May 2025; 186 of 340 staff answered (55%)\n",
            {"frontline.number": 186, "evidence_date": "2025-05"},
        ),
        (
            "Audit of scans\n\nOctober to December 2025\n\nWaits fell.\n\nNext audit: May 2026\n",
            {"evidence_date": "2025-12", "published": None},
        ),
        (
            "After action review: power cut\nDate of review: 21 August 2025\nAttendees: 14 (6 nurses, 8 porters)\n",
            {"frontline.number": 14, "evidence_date": "2025-08-21", "review_by": None},
        ),
        (
            "Brindle Maternity and Neonatal Voices Partnership\n\nMinutes of the meeting of 10 March 2026\n\n"
            "Present: Chair, 7 service users, 2 midwives\n\nItem 1. The board report was noted.\n",
            {"source_type": "PPI", "ppi.number": 10},
        ),
        (
            "Hot debrief: room 4\nPresent: consultant, registrar, 4 midwives, neonatal nurse\n\nThe stool was missing.\n",
            {"frontline.number": 7},
        ),
        (
            "Leila's story\n\nTold to the Tarn Valley Voices Partnership, June 2025\n\nWomen said that they waited.\n",
            {"issuer": "Tarn Valley Voices Partnership"},
        ),
        (
            "Business case: doulas\n\nPrepared by: Finance team, Highmoor Women's Hospital\n\nIt costs £24,310 a year.\n",
            {"issuer": "Highmoor Women's Hospital"},
        ),
    ],
)
def test_a_letter_names_who_it_is_from_and_one_word_tells_no_kind(
    tmp_path: Path, text: str, told: dict[str, Any]
) -> None:
    found = proposals(tmp_path, text)
    assert {field: found.get(field) for field in told} == told


def test_one_sum_of_money_makes_no_costing(tmp_path: Path) -> None:
    comments = tmp_path / "comments.txt"
    comments.write_text(
        "Ward comments, 4 March 2026\n\nIt is loud at night. Cost was £4 for parking.\n"
    )
    assert proposed(read_source(comments)[0]).get("source_type") != "ECO"


def test_the_summary_of_questions_with_a_scale_is_no_audit(tmp_path: Path) -> None:
    survey = tmp_path / "survey.csv"
    survey.write_text("Question (1-5),Mean,n\nI can speak up,3.9,61\nHandover is clear,3.3,60\n")
    assert proposed(read_source(survey)[0]).get("source_type") != "AUD"
