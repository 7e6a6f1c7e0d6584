"""Papers and pages as a service makes them every day: minutes, letters, leaflets, lists of references."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import openpyxl
from openpyxl.styles import Alignment
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from kmassist.documents.in_force import out_of_force
from kmassist.readers import read_source
from tests.unit.proposing import proposed


def test_answers_kept_as_text_are_answers_too(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "Respondent ID,Collector ID,Start Date,End Date,How was the ward?,Anything else?\n"
        "118400001,40010,03/02/2025 09:12:10 AM,03/02/2025 09:15:00 AM,Kind staff,The food came cold every night\n"
        "118400002,40010,04/02/2025 10:00:00 AM,04/02/2025 10:09:41 AM,Noisy,No\n"
        "118400003,40010,04/02/2025 11:00:00 AM,04/02/2025 11:09:41 AM,Calm,No\n"
    )
    (document,) = read_source(path)
    assert document.text.startswith("How was the ward?: Kind staff; Anything else?: The food came")
    assert document.metadata.evidence_date == "2025-02-04"


def test_minutes_are_of_the_meeting_and_not_of_the_next(tmp_path: Path) -> None:
    page = docx.Document()
    page.add_heading("Ashcombe Maternity and Neonatal Voices Partnership", 1)
    page.add_paragraph(
        "Minutes of the quarterly meeting held on Tuesday 4th March 2025, 10.00–12.00, in the library at Ashcombe"
    )
    page.add_paragraph("Present: MNVP chair; eight service users; Director of Midwifery")
    page.add_paragraph("Women said that they feel alone at night.")
    page.add_paragraph("Date of next meeting: 3 June 2025")
    page.save(tmp_path / "minutes.docx")
    said = proposed(read_source(tmp_path / "minutes.docx")[0])
    assert (said["evidence_date"], said["ppi.who"]) == ("2025-03-04", "service users")


def test_a_letter_is_called_by_its_subject_and_is_of_its_letterhead(tmp_path: Path) -> None:
    path = tmp_path / "letter.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi\ansicpg1252{\header\pard {\b Ashcombe Hospitals} NHS Foundation Trust\par}{\footer\pard 2\par}"
        rb"\pard 3 February 2025\par\par Dear colleague\par Change to aspirin in pregnancy\par Women are offered 150 mg.\par "
        rb"Yours sincerely\par}"
    )
    (document,) = read_source(path)
    assert document.metadata.title == "Change to aspirin in pregnancy"
    assert proposed(document)["issuer"] == "Ashcombe Hospitals NHS Foundation Trust"
    assert document.text.endswith("Yours sincerely\n\nAshcombe Hospitals NHS Foundation Trust")


def test_a_name_that_had_no_room_on_its_line_is_whole(tmp_path: Path) -> None:
    style = getSampleStyleSheet()["Normal"]
    style.rightIndent = 235
    words = ["Change your pad at least every four hours and wash your hands. " * 3,
             "© Ashcombe Hospitals NHS Foundation Trust"]  # fmt: skip
    SimpleDocTemplate(str(tmp_path / "leaflet.pdf")).build([Paragraph(w, style) for w in words])
    (document,) = read_source(tmp_path / "leaflet.pdf")
    assert document.text.split("\n")[-1] == words[1]


def test_a_title_that_begins_as_a_greeting_is_a_title(tmp_path: Path) -> None:
    path = tmp_path / "greeting.docx"
    page = docx.Document()
    page.add_paragraph("Hello Baby classes")
    page.add_paragraph("They are held on Mondays.")
    page.save(path)
    assert read_source(path)[0].metadata.title == "Hello Baby classes"


def test_a_draft_says_so_in_its_name(tmp_path: Path) -> None:
    page = docx.Document()
    page.add_heading("Guideline for induction of labour", 1)
    page.add_paragraph("Offer a membrane sweep from 39+0 weeks.")
    page.save(tmp_path / "IOL guideline_DRAFT_v0.4.docx")
    said = read_source(tmp_path / "IOL guideline_DRAFT_v0.4.docx")[0].metadata
    assert (said.version, said.status) == ("0.4", "draft")


def test_a_list_of_references_in_json_is_read_and_other_json_refused_kindly(tmp_path: Path) -> None:
    items = [
        {
            "type": "article-journal",
            "title": "Effect of <i>in utero</i> transfer",
            "container-title": "BJOG",
            "author": [
                {"family": "Berg", "given": "Anna", "non-dropping-particle": "van der"},
                {"literal": "Neonatal Collaborative"},
            ],
            "issued": {"date-parts": [[2020, "7", 1]]},
            "abstract": "<p>Of 2,040 babies 71% survived.</p>",
            "DOI": "10.1000/abc",
        },
        {"type": "report", "title": "Saving lives", "author": 3, "issued": {"literal": "May 2023"}},
        "nothing",
    ]
    path = tmp_path / "library.json"
    path.write_text(json.dumps(items))
    first, second = read_source(path)
    assert (first.metadata.title, first.metadata.published) == (
        "Effect of in utero transfer", "2020-07-01",
    )  # fmt: skip
    assert first.metadata.authors == ("van der Berg, Anna", "Neonatal Collaborative")
    assert (second.metadata.published, second.metadata.source_type) == ("2023-05", None)
    assert "1 entry of the list is no reference" in " ".join((*first.warnings, *second.warnings))
    assert "source_type" not in proposed(second)


def test_a_pivot_table_names_what_each_row_is_part_of(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Year", "2024/25"])
    sheet.append([])
    sheet.append(["Count of Incident", "Column Labels"])
    sheet.append(["Row Labels", "No harm", "Low harm"])
    for name, indent in (("Delivery suite", 0), ("PPH", 1), ("Postnatal", 0), ("Falls", 1)):
        sheet.append([name, 41, 22])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(indent=indent)
    book.save(tmp_path / "pivot.xlsx")
    (document,) = read_source(tmp_path / "pivot.xlsx")
    assert document.text.startswith("Year: 2024/25\n\nCount of Incident\n\nDelivery suite; No harm")
    assert "\nDelivery suite, PPH; No harm: 41; Low harm: 22.\nPostnatal;" in document.text
    assert document.text.endswith("Postnatal, Falls; No harm: 41; Low harm: 22.")
    assert document.metadata.evidence_date == "2025-03"


def test_years_of_open_data_date_it_and_days_when_something_is_due_do_not(tmp_path: Path) -> None:
    path = tmp_path / "smoking.csv"
    path.write_text("Area,Time period,Value\nElm,2022/23,12.4\nOak,2022/23,9.1\nElm,2023/24,11.0\n")
    assert read_source(path)[0].metadata.evidence_date == "2024-03"
    path.write_text("Task,Due,Cost\nPaint,2025-05-01,12\nMend,2025-06-01,9\nBuy,2025-07-01,11\n")
    assert read_source(path)[0].metadata.evidence_date is None


def test_wards_with_a_target_each_are_what_was_audited(tmp_path: Path) -> None:
    path = tmp_path / "ward.csv"
    path.write_text(
        "Operational dashboard\n\nWard,Target,Actual %\nLeft by noon,40%,31%\nFalls,0%,1%\n"
    )
    assert [item.criterion for item in read_source(path)[0].metadata.audit] == [
        "Left by noon", "Falls",
    ]  # fmt: skip


def test_who_spoke_stands_above_what_was_said(tmp_path: Path) -> None:
    page = docx.Document()
    page.add_paragraph("Listening session with dads")
    page.add_paragraph("June 10, 2025, 5:02PM")
    for text in ("I was told to go home at midnight.", "Nobody asked how I was."):
        paragraph = page.add_paragraph()
        paragraph.add_run("Father").bold = True
        paragraph.add_run("   0:41").add_break()
        paragraph.add_run(text)
    wrapped = page.add_paragraph("Women are seen")
    wrapped.add_run().add_break()
    wrapped.add_run("within an hour.")
    page.save(tmp_path / "session.docx")
    (document,) = read_source(tmp_path / "session.docx")
    assert "\n\nFather 0:41\nI was told to go home at midnight.\n\n" in document.text
    assert document.text.endswith("Women are seen within an hour.")
    assert document.metadata.published is None


def test_parts_of_a_page_are_what_their_roles_say(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    row = '<div role="row"><div role="gridcell">CTG 7</div><div role="gridcell">Waits for a part</div></div>'
    path.write_text(
        "<html><head><title>Faults - Trustnet</title></head><body><div role='navigation'>Rotas</div>"
        "<div role='heading' aria-level='1'>Faults</div><div>Women wait because one machine is broken.</div>"
        '<div role="grid"><div role="rowgroup"><div role="row"><div role="columnheader">Item</div>'
        f'<div role="columnheader">State</div></div>{row}{row.replace("7", "8")}</div></div></body></html>'
    )
    (document,) = read_source(path)
    assert document.text == (
        "Faults\n\nWomen wait because one machine is broken.\n\n"
        "Item: CTG 7; State: Waits for a part.\nItem: CTG 8; State: Waits for a part."
    )


def test_a_menu_of_plain_divisions_is_left_out_of_a_long_page_and_links_in_text_are_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hub.html"
    menu = "".join(f"<div><a href='/{n}'>{n} rota</a></div>" for n in ("Ash", "Elm", "Oak", "Yew"))
    bar = "<div>" + " | ".join(f"<a href='/{n}'>{n}</a>" for n in ("Home", "Forms", "News", "Help"))
    words = "Women who report reduced movements are offered a trace within two hours. " * 20
    path.write_text(
        f"<html><head><title>Movements</title></head><body>{bar}</div>{menu}<h1>Movements</h1><p>{words}</p>"
        "<p><a href='/x'>Read the growth guideline</a></p><p>It was checked in May.</p></body></html>"
    )
    (document,) = read_source(path)
    assert "rota" not in document.text
    assert "Forms" not in document.text
    assert "Read the growth guideline" in document.text
    assert any("left out (15 words)" in warning for warning in document.warnings)


def test_the_month_of_an_endnote_record_stands_beside_its_year(tmp_path: Path) -> None:
    path = tmp_path / "library.xml"
    record = "<record><titles><title>Waits</title></titles><dates><year>2021</year><pub-dates><date>{}</date></pub-dates></dates></record>"
    dates = ("May", "3 May", "2021/05/03", "Winter")
    path.write_text(f"<xml><records>{''.join(map(record.format, dates))}</records></xml>")
    assert [document.metadata.published for document in read_source(path)] == [
        "2021-05", "2021-05-03", "2021-05-03", "2021",
    ]  # fmt: skip


def test_dated_comments_are_of_their_last_day(tmp_path: Path) -> None:
    path = tmp_path / "comments.csv"
    path.write_text(
        "Date,Ward,Comment\n01/09/2025,Elm,Kind\n12/09/2025,Ash,Cold\n30/09/2025,Elm,Loud\n"
    )
    assert read_source(path)[0].metadata.evidence_date == "2025-09-30"


def test_a_guideline_that_says_it_is_withdrawn_is_out_of_force(tmp_path: Path) -> None:
    page = docx.Document()
    page.add_paragraph("WITHDRAWN on 3 May 2024 – replaced by MAT-GUI-044")
    page.add_heading("Guideline: management of shoulder dystocia", 1)
    page.add_paragraph("Version 2, approved June 2019. Call for help and note the time.")
    page.save(tmp_path / "old.docx")
    (document,) = read_source(tmp_path / "old.docx")
    assert out_of_force(document.metadata) == "withdrawn"
    assert "title" not in proposed(document)


def test_a_list_of_contents_without_dots_is_apparatus_and_a_table_of_counts_is_not(
    tmp_path: Path,
) -> None:
    page = docx.Document()
    for line in (
        "Interpreting and translation policy",
        "1. Introduction\t3", "2. Duties of all staff\t4", "3. Booking an interpreter\t5",
    ):  # fmt: skip
        page.add_paragraph(line)
    page.add_heading("3. Booking an interpreter", 1)
    page.add_paragraph("Book at least two working days ahead.")
    for line in ("Births in Elm 30", "Births in Oak 40", "Births in Ash 50"):
        page.add_paragraph(line)
    page.save(tmp_path / "policy.docx")
    (document,) = read_source(tmp_path / "policy.docx")
    kinds = [
        document.apparatus_at(document.text.index(words))
        for words in ("1. Introduction 3", "2. Duties", "Book at least", "Births in Oak")
    ]
    assert kinds == ["contents", "contents", "", ""]
    assert document.metadata.title == "Interpreting and translation policy"


def test_a_letter_that_names_one_trust_in_a_sentence_is_of_that_trust(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(
        "Our ref: 12\n\nDear Chief Executive\n\nRe: Funding for pelvic health\n\nWe thank the team at Westhill Hospitals "
        "NHS Trust for its plan.\n\nYours sincerely\n\nDirector of Commissioning\n"
    )
    (document,) = read_source(path)
    assert proposed(document)["issuer"] == "Westhill Hospitals NHS Trust"
    assert proposed(document).get("title") not in ("Yours sincerely", "Director of Commissioning")


def test_whom_a_paper_is_for_is_not_who_issued_it(tmp_path: Path) -> None:
    path = tmp_path / "case.md"
    path.write_text(
        "# Business case: second triage room\n\nPrepared for the Capital Group, 14 July 2025\n\nIt costs £44,900.\n"
    )
    said = proposed(read_source(path)[0])
    assert "issuer" not in said
    assert said["published"] == "2025-07-14"


def test_a_line_in_large_letters_is_the_title_and_not_the_banner_above_it(tmp_path: Path) -> None:
    page = docx.Document()
    page.add_paragraph("SharePoint")
    page.add_paragraph().add_run("Policy").bold = True
    large = page.add_paragraph().add_run("Safe Staffing in Maternity")
    large.bold, large.font.size = True, docx.shared.Pt(22)
    page.add_heading("Purpose", 1)
    page.add_paragraph("It sets out how staffing is planned.")
    page.save(tmp_path / "policy.docx")
    (document,) = read_source(tmp_path / "policy.docx")
    assert document.metadata.title == "Safe Staffing in Maternity"
    assert "title" not in proposed(document)


def test_what_stands_beside_the_main_part_of_a_page_is_left_out_and_said(tmp_path: Path) -> None:
    page = tmp_path / "statistics.html"
    banner = "<header>NHS Elm Digital</header><div>We use cookies. Accept all</div>"
    page.write_text(
        f"<html><body>{banner}<main><h1>Births in July</h1><p>There were 46,120 births in July.</p></main></body></html>"
    )
    (document,) = read_source(page)
    assert document.text == "Births in July\n\nThere were 46,120 births in July."
    assert any("left out (8 words)" in warning for warning in document.warnings)
    page.write_text(
        f"<html><body>{banner}<div><h1>Births in July</h1><p>There were 46,120 births in July, and "
        "more in August than in all of the year before.</p></div><main>Back to top</main></body></html>"
    )
    assert "46,120 births" in read_source(page)[0].text
