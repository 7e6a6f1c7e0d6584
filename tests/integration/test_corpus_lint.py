"""The shipped demonstration corpus keeps its promises: checked, marked, valid, consistent, and in own words."""

from __future__ import annotations

import csv
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import yaml

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Metadata
from kmassist.privacy.identifiers import find_identifiers
from kmassist.question.vocabulary import Vocabulary
from kmassist.readers import find_sources, read_source

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus" / "sample"
OVERLAP = ROOT.parent / "shared" / "tools" / "overlap"
SYNTHETIC_FOLDERS = {"audit", "ppi", "frontline", "evaluation"}
NUMERATORS = {"n", "Num", "Numerator", "Met", "Compliant", "Achieved (n)"}
DENOMINATORS = {"N", "Den", "Denominator", "Cases", "Total", "Sample (N)"}
PERCENTAGES = {"%", "Rate %", "Achieved %", "Met %", "Compliance %"}
SHARES = re.compile(r"\b([\d,]+)(?: of |/)([\d,]+)[^().;:|\d]{0,60}\((\d+(?:\.\d+)?)%\)")


@functools.cache
def documents() -> dict[str, list[Document]]:
    """Documents of each source, keyed by its path below the corpus, as adding the folder would store them."""
    topics_of = Vocabulary.load().topics_of
    paths = find_sources([CORPUS])
    return {
        path.relative_to(CORPUS).as_posix(): read_source(path, root=CORPUS, find_topics=topics_of)
        for path in paths
    }


def pairs() -> list[tuple[str, Document]]:
    return [(name, document) for name, found in documents().items() for document in found]


def flat(text: str) -> str:
    return " ".join(text.split())


def questions() -> list[dict[str, object]]:
    loaded = yaml.safe_load((CORPUS / "questions.yaml").read_text("utf-8"))
    assert isinstance(loaded, list)
    return loaded


def tables() -> Iterator[tuple[str, list[list[str]]]]:
    """The raw cells of every CSV file and workbook sheet of the audits."""
    import openpyxl

    for path in sorted((CORPUS / "audit").iterdir()):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as handle:
                yield path.name, list(csv.reader(handle))
        elif path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
                rows = [
                    ["" if cell is None else str(cell) for cell in row]
                    for row in sheet.iter_rows(values_only=True)
                ]
                yield f"{path.name}:{sheet.title}", rows


def test_it_is_large_enough() -> None:
    published = [d for _, d in pairs() if d.metadata.source_type is SourceType.PUB]
    assert len(pairs()) >= 90
    assert len(published) >= 45
    assert len(questions()) >= 40
    assert {d.metadata.source_type for _, d in pairs()} == set(SourceType)


def test_readme_and_questions_are_not_sources() -> None:
    assert not {"README.md", "questions.yaml"} & set(documents())


def test_every_file_is_read_without_a_complaint_about_its_metadata() -> None:
    for name, document in pairs():
        complaints = [
            w
            for w in document.warnings
            if re.search("yaml|front matter|sidecar|not a field", w, re.I)
        ]
        assert not complaints, (name, complaints)
        assert document.metadata.title, name
        kind = document.metadata.source_type
        assert kind is not None, name
        assert kind.folder == name.split("/")[0], name


def test_front_matter_and_sidecars_validate() -> None:
    checked = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.name.endswith(".meta.yaml"):
            values = yaml.safe_load(path.read_text("utf-8"))
            sources = [
                p
                for p in path.parent.glob(path.name.removesuffix(".meta.yaml") + ".*")
                if p != path
            ]
            assert sources, f"{path.name} describes nothing"
        elif path.suffix == ".md" and path.parent != CORPUS:
            values = yaml.safe_load(path.read_text("utf-8").split("---\n", 2)[1])
        else:
            continue
        Metadata.model_validate(values)
        checked += 1
    assert checked >= 80


def test_every_published_digest_says_what_was_read_and_names_its_source() -> None:
    for name, document in pairs():
        meta = document.metadata
        if meta.source_type is not SourceType.PUB:
            continue
        said = re.search(r"Checked against: \S.*\((.+?)\)", flat(document.text))
        assert said, name
        assert re.search(
            "full text|abstract|secondary citation notes|trial register", said.group(1)
        ), (name, said.group(1))
        assert (
            meta.doi or meta.pmid or meta.pmcid or meta.registration or (meta.journal and meta.year)
        ), name
        assert not meta.is_synthetic, name


def test_synthetic_documents_say_so_in_metadata_and_text() -> None:
    for name, document in pairs():
        is_local = name.split("/")[0] in SYNTHETIC_FOLDERS or Path(name).name.startswith("local-")
        assert document.metadata.is_synthetic or not is_local, name
        if document.metadata.is_synthetic:
            assert re.search(r"synthetic (?:document|demonstration data)", document.text, re.I), (
                name
            )


def test_percentages_in_text_agree_with_their_counts() -> None:
    seen = 0
    for name, document in pairs():
        for n, total, percent in SHARES.findall(flat(document.text)):
            part, whole = int(n.replace(",", "")), int(total.replace(",", ""))
            last_digit = 10 ** -len(percent.partition(".")[2])
            # A paper's own percentage may rest on imputed cases; a local document's may not.
            allowed = (
                last_digit
                if document.metadata.source_type is SourceType.PUB
                else 0.5000001 * last_digit
            )
            assert abs(100 * part / whole - float(percent)) <= allowed, (name, n, total, percent)
            seen += 1
    assert seen >= 100


def test_percentages_in_audit_tables_agree_with_their_counts() -> None:
    seen = 0
    for name, rows in tables():
        header: dict[str, int] = {}
        for row in rows:
            roles = {
                role: next((i for i, cell in enumerate(row) if cell.strip() in names), -1)
                for role, names in (("n", NUMERATORS), ("N", DENOMINATORS), ("%", PERCENTAGES))
            }
            if min(roles.values()) >= 0:
                header = roles
            elif header and len(row) > max(header.values()) and row[header["N"]]:
                part, whole, percent = (
                    float(row[header[role]].rstrip("%")) for role in ("n", "N", "%")
                )
                assert abs(100 * part / whole - percent) <= 0.0500001, (name, row)
                seen += 1
    assert seen >= 30


def test_audit_criteria_reach_the_metadata() -> None:
    for name, document in pairs():
        if document.metadata.source_type is SourceType.AUD:
            assert document.metadata.audit, name
            for criterion in document.metadata.audit:
                assert (
                    criterion.achieved_percent is None or 0 <= criterion.achieved_percent <= 100
                ), (name, criterion)


def test_every_expected_sentence_stands_in_the_text_of_its_document() -> None:
    ids = [question["id"] for question in questions()]
    assert len(ids) == len(set(ids))
    for question in questions():
        if question["expected"] == "none":
            continue
        assert isinstance(question["expected"], list), question["id"]
        assert question["expected"], question["id"]
        for expected in question["expected"]:
            name, _, number = expected["document"].partition("#")
            assert name in documents(), (question["id"], name)
            found = documents()[name]
            text = found[int(number) - 1].text if number else "\n".join(d.text for d in found)
            assert flat(expected["sentence"]) in flat(text), (question["id"], expected)
        assert isinstance(question["missing"], list), question["id"]
        assert set(question["missing"]) <= {kind.value for kind in SourceType}, question["id"]


def test_topics_are_codes_of_the_vocabulary() -> None:
    codes = set(
        yaml.safe_load(
            (resources.files("kmassist") / "data" / "vocabulary.yaml").read_text("utf-8")
        )["topics"]
    )
    assert len(codes) == 40
    for name, document in pairs():
        # A record of an export has a topic only where its own words say one.
        assert document.metadata.topics or len(documents()[name]) > 1, name
        assert set(document.metadata.topics) <= codes, (name, document.metadata.topics)


def test_nothing_in_it_would_be_held_back_as_personal_data() -> None:
    for name, document in pairs():
        blocking = [
            i for i in find_identifiers(document.text, document.metadata.source_type) if i.blocks
        ]
        assert not blocking, (name, [(i.kind, i.masked) for i in blocking])


def test_no_run_of_words_is_shared_with_the_sources(tmp_path: Path) -> None:
    if not OVERLAP.is_file():
        pytest.skip("the overlap tool and the source articles are not on this machine")
    for number, (name, document) in enumerate(pairs()):
        (tmp_path / f"{number:03}-{Path(name).stem}.txt").write_text(document.text, "utf-8")
    done = subprocess.run(
        [sys.executable, str(OVERLAP), str(CORPUS), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
