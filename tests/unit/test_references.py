"""Reference exports as databases and screening tools really write them, and the reference files of a brief."""

from pathlib import Path

import pytest

from kmassist.briefs.model import SourceLine
from kmassist.briefs.reference_files import _bibtex, _ris
from kmassist.documents.document import Document
from kmassist.documents.metadata import SCREENED_OUT, Metadata
from kmassist.readers import read_source
from kmassist.readers.references import tidy


def read(folder: Path, name: str, text: str) -> list[Document]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def ris(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("name", "text", "authors", "date", "place"),
    [
        (
            "rayyan.csv",
            "key,title,year,month,day,journal,volume,issue,pages,authors,abstract,notes,doi,pubmed_id\n"
            '1,Beds,2022,5,9,J Beds,4,2,e7,"Reed, Ann and Osei, Ben",Beds were free.,,10.1234/b,31234567\n',
            ("Reed, Ann", "Osei, Ben"), "2022-05-09", ("J Beds", "4", "2", "e7", "31234567"),
        ),
        (
            "pubmed.csv",
            "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,DOI\n"
            '31234567,Beds,"Reed A, Osei B.","J Beds. 2022 May 9;4(2):10-12. doi: 10.1234/b.",Reed A,J Beds,2022,2023/01/01,10.1234/b\n',
            ("Reed, A", "Osei, B"), "2022-05-09", ("J Beds", "4", "2", "10-12", "31234567"),
        ),
        (
            "embase.csv",
            "Title,Author Names,Source,Publication Year,DOI,Medline PMID,Abstract\n"
            'Beds,"Reed A.,Osei B.",J Beds (2022) 4:2 (10-12). Date of Publication: 9 May 2022,2022,10.1234/b,31234567,Beds were free.\n',
            ("Reed, A.", "Osei, B."), "2022-05-09", ("J Beds", "4", "2", "10-12", "31234567"),
        ),
        (
            "scopus.csv",
            "Authors,Author full names,Title,Year,Source title,Volume,Issue,Page start,Page end,DOI,PubMed ID,Abstract\n"
            'Reed A.; Osei B.,"Reed, Ann (57200000001); Osei, Ben (57200000002)",Beds,2022,J Beds,4,2,10,12,10.1234/b,31234567,Free.\n',
            ("Reed, Ann", "Osei, Ben"), "2022", ("J Beds", "4", "2", "10-12", "31234567"),
        ),
        (
            "covidence.csv",
            "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Covidence #,Notes\n"
            'Beds,"Reed, A.; Osei, B.",Beds were free.,2022,May,J Beds,4,2,10-12,,10.1234/b,#7,\n',
            ("Reed, A.", "Osei, B."), "2022-05", ("J Beds", "4", "2", "10-12", ""),
        ),
        (
            "dimensions.csv",
            '"About the data: Exported on Mar 03, 2025."\n'
            "Rank,Publication ID,DOI,PMID,Title,Abstract,Source title,PubYear,Volume,Issue,Pagination,Authors\n"
            '1,p1,10.1234/b,31234567,Beds,Beds were free.,J Beds,2022,4,2,10-12,"Reed, Ann; Osei, Ben"\n',
            ("Reed, Ann", "Osei, Ben"), "2022", ("J Beds", "4", "2", "10-12", "31234567"),
        ),
        (
            "wos.txt",
            "PT\tAU\tAF\tTI\tSO\tAB\tPY\tVL\tIS\tBP\tEP\tDI\tPM\n"
            "J\tReed, A; Osei, B\tReed, Ann; Osei, Ben\tBeds\tJ Beds\tBeds were free.\t2022\t4\t2\t10\t12\t10.1234/b\t31234567\n",
            ("Reed, Ann", "Osei, Ben"), "2022", ("J Beds", "4", "2", "10-12", "31234567"),
        ),
    ],
)  # fmt: skip
def test_the_columns_of_each_tool_are_known(
    tmp_path: Path,
    name: str,
    text: str,
    authors: tuple[str, ...],
    date: str,
    place: tuple[str, ...],
) -> None:
    (document,) = read(tmp_path, name, text)
    meta = document.metadata
    assert meta.authors == authors
    assert meta.published == date
    assert (meta.journal, meta.volume, meta.issue, meta.pages, meta.pmid) == place


def test_entities_and_tags_are_no_words_of_an_abstract(tmp_path: Path) -> None:
    (document,) = read(
        tmp_path, "a.ris",
        ris("TI  - CO<sub>2</sub> &amp; &lt;i&gt;E. coli&lt;/i&gt;, 3 < 4", "AB  - <jats:title>Aim</jats:title><jats:p>P &lt; 0.05, "
            "10<sup>6</sup> cells&nbsp;each.</jats:p><jats:title>Results</jats:title><jats:p>None.</jats:p>"),
    )  # fmt: skip
    assert document.metadata.title == "CO2 & E. coli, 3 < 4"
    assert document.text.split("\n\n")[1:] == [
        "Aim",
        "P < 0.05, 10^6 cells each.",
        "Results",
        "None.",
    ]


@pytest.mark.parametrize(
    "nothing", ["NA", "N/A", "null", "[No abstract available]", "No abstract available."]
)
def test_a_word_for_nothing_is_no_abstract(tmp_path: Path, nothing: str) -> None:
    (document,) = read(
        tmp_path, "a.ris", ris("TI  - Beds", f"AB  - {nothing}", "AU  - NA", "PY  - 2020")
    )
    assert document.text == "Beds."
    assert document.metadata.authors == ()
    assert document.warnings[0] == "There is no abstract: only the title can be found."


def test_a_tag_before_ty_belongs_to_its_record_and_a_line_that_looks_like_a_tag_to_its_abstract(
    tmp_path: Path,
) -> None:
    text = (
        "ID  - 1\nAU  - Reed, A\nTY  - JOUR\nTI  - One\nAB  - Visits rose in the\nER  - emergency room that year.\nER  - \n\n"
        "AU  - Osei, B\nTY  - JOUR\nTI  - Two\nER  - \n"
    )
    one, two = read(tmp_path, "a.ris", text)
    assert (one.metadata.authors, two.metadata.authors) == (("Reed, A",), ("Osei, B",))
    assert "in the ER - emergency room that year." in " ".join(one.text.split())


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("TI  - RETRACTED: Beds",), "retracted"),
        (("TI  - Beds [Retracted]",), "retracted"),
        (("TI  - Withdrawn: Beds",), "withdrawn"),
        (("TI  - Beds", "N1  - Retraction in: J Beds 2024;1:1"), "retracted"),
        (("TI  - Beds", "M3  - Retracted Publication"), "retracted"),
        (("TI  - Withdrawn from opioids: women in labour", "N1  - Nobody was withdrawn."), ""),
        (("TI  - Retractions in surgery", "N1  - retractor used"), ""),
    ],
)
def test_a_retracted_reference_says_so_by_title_note_or_type(
    tmp_path: Path, lines: tuple[str, ...], status: str
) -> None:
    (document,) = read(tmp_path, "a.ris", ris(*lines, "PY  - 2020"))
    assert document.metadata.status == status


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ('RAYYAN-INCLUSION: {"Ann"=>"Excluded"}', SCREENED_OUT),
        ('RAYYAN-INCLUSION: {"Ann"=>"Excluded", "Ben"=>"Included"}', ""),
        ("Exclusion reason: Wrong population;", SCREENED_OUT),
        ("", ""),
    ],
)
def test_what_the_reviewers_excluded_is_marked(tmp_path: Path, note: str, status: str) -> None:
    (document,) = read(tmp_path, "a.ris", ris("TI  - Beds", f"N1  - {note}"))
    assert document.metadata.status == status


def test_bibtex_keeps_bodies_joins_pieces_and_decodes_signs_and_formulas(tmp_path: Path) -> None:
    (document, chapter, _) = read(
        tmp_path, "a.bib",
        r"""@string{jb = "J"}
@article{a, author = {{Board of Health and Care} and Reed, Jr., Ann}, title = {Beds}, journal = jb # { Beds}, year = 2020, month = may,
  doi = {10.1234/b\_7}, abstract = {Cost \pounds 5, H$_2$O, $p<0.05$, 10$^6$, 10\textsuperscript{5} and 50% of women in \textit{labour}.}}
@incollection{c, crossref = {p}, title = {Chapter}, author = {Osei, Ben}, abstract = {Words.}}
@book{p, title = {Book}, year = 2019}
""",
    )  # fmt: skip
    meta = document.metadata
    assert meta.authors == ("Board of Health and Care", "Reed, Ann, Jr.")
    assert (meta.journal, meta.published, meta.doi) == ("J Beds", "2020-05", "10.1234/b_7")
    assert "Cost £5, H2O, p<0.05, 10^6, 10^5 and 50% of women in labour." in document.text
    assert (chapter.metadata.journal, chapter.metadata.published) == ("Book", "2019")


def test_a_body_beside_persons_in_medline_is_kept(tmp_path: Path) -> None:
    (document,) = read(
        tmp_path, "a.nbib",
        "PMID- 31234567\nTI  - Beds.\nFAU - Reed, Ann\nAU  - Reed A\nCN  - BEDS-2\nCN  - Three Rivers LMNS\nDP  - 2020\nPT  - Journal Article\n",
    )  # fmt: skip
    assert document.metadata.authors == ("Reed, Ann", "BEDS-2", "Three Rivers LMNS,")


@pytest.mark.parametrize(
    ("raw", "doi"),
    [
        ("https://doi.org/10.1234/b.7?utm_source=x", "10.1234/b.7"),
        ("https://onlinelibrary.example/doi/full/10.1234/b.7/full", "10.1234/b.7"),
        ("https://doi.org/10.1234%2Fb.7", "10.1234/b.7"),
        ("(doi: 10.1234/b.7).", "10.1234/b.7"),
        ("10.1234/(SICI)1-2(1998)17:15<16::AID>3.0.CO;2-2", "10.1234/(sici)1-2(1998)17:15<16::aid>3.0.co;2-2"),
        ("NA", ""),
    ],
)  # fmt: skip
def test_a_doi_has_no_tail(raw: str, doi: str) -> None:
    assert tidy.doi(raw) == doi


def test_a_brief_writes_bodies_suffixes_pages_and_addresses_as_reference_managers_need_them() -> (
    None
):
    meta = Metadata(
        title="Beds", authors=("Board of Health and Care", "Reed, Ann, Jr."), journal="J Beds", pages="101-109",
        doi="10.1234/b_7", issuer="Press", published="2020-05",
    )  # fmt: skip
    line = SourceLine.model_construct(  # type: ignore[call-arg]
        number=1, doc_id="d1", cite_as="Reed 2020", metadata=meta, link="https://x.org/a_b%20c"
    )
    tagged, bib = _ris(line), _bibtex(line)
    for row in (
        "AU  - Board of Health and Care,",
        "AU  - Reed, Ann, Jr.",
        "SP  - 101",
        "EP  - 109",
        "T2  - J Beds",
        "PB  - Press",
    ):
        assert f"{row}\n" in tagged
    for row in (
        "author = {{Board of Health and Care} and Reed, Jr., Ann}", "doi = {10.1234/b_7}", "url = {https://x.org/a_b%20c}",
        "pages = {101--109}",
    ):  # fmt: skip
        assert row in bib


def test_ovid_puts_the_doi_beside_the_type_and_the_month_behind_slashes(tmp_path: Path) -> None:
    path = tmp_path / "ovid.ris"
    path.write_text(
        ris("T1  - Water birth", "M3  - doi:10.1016/j.midw.2019.01.002", "Y1  - 2019//Mar")
    )
    (found,) = read_source(path)
    assert (found.metadata.doi, found.metadata.published) == (
        "10.1016/j.midw.2019.01.002",
        "2019-03",
    )
