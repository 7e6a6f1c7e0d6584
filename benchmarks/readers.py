"""How well sources are read: `python benchmarks/readers.py [--mutants 2000]` prints a table and writes results/readers.json.
`--only pdf_fields` runs one part and leaves the other figures of results/readers.json as they are.

Real files of ../shared/data (skipped without it): PDFs by outcome and characters against plain pypdf, office and web
files, reference exports against the count of a plain reader of each format, field accuracy on the full-text trials as
JATS and exported as RIS and NBIB, and on PDFs: real ones labelled by eye, and the trials set as a journal's first page. Mutants: damaged copies of small files of every format and of the real PDFs.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml
from lxml import etree

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kmassist.documents.document import Document, clean_text  # noqa: E402
from kmassist.errors import SourceError  # noqa: E402
from kmassist.readers.sandbox import Limits, Sandbox  # noqa: E402
from tests.contract import damage, sources  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "benchmarks" / "results" / "readers.json"
EXPECTED = {"ENC": {"password"}, "ERR": {"damaged", "empty", "no_text_layer", "password"}}


def solid(text: str) -> int:
    """Characters that are not white space or control characters."""
    return len("".join(clean_text(text).split()))


def read(sandbox: Sandbox, path: Path) -> tuple[str, list[Document], float]:
    """Outcome (``ok`` or the kind of error), documents and seconds."""
    start = time.perf_counter()
    try:
        found = sandbox.read(path)
    except SourceError as problem:
        return (
            str(getattr(problem, "kind", type(problem).__name__)),
            [],
            time.perf_counter() - start,
        )
    return "ok", found, time.perf_counter() - start


def plain_pypdf(path: Path) -> int:
    """Characters that plain pypdf finds, cleaned as kmassist cleans; 0 when it fails."""
    import logging

    import pypdf

    logging.disable(logging.CRITICAL)
    try:
        return sum(solid(page.extract_text()) for page in pypdf.PdfReader(path).pages)
    except Exception:  # noqa: BLE001 - it is the yardstick that may fail
        return 0
    finally:
        logging.disable(logging.NOTSET)


def pdfs(sandbox: Sandbox) -> dict[str, Any]:
    """All PDFs: is the outcome what plain pypdf's record says, and is there as much text?"""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    less: list[str] = []
    gained: list[str] = []
    seconds = []
    ours = theirs = 0
    for row in csv.DictReader((DATA / "pdf" / "outcomes.csv").open()):
        path = DATA / "pdf" / row["file"]
        kind, found, took = read(sandbox, path)
        seconds.append(took)
        outcomes[kind] += 1
        said = row["outcome_of_plain_pypdf"].split()
        got = solid(found[0].text) if found else 0
        wanted = plain_pypdf(path)
        ours, theirs = ours + got, theirs + wanted
        if kind == "ok" and said[0] != "OK":
            gained.append(f"{row['file']} ({' '.join(said)}): {got} characters")
        elif (
            said[0] == "OK"
            and kind != ("ok" if int(said[2]) else "no_text_layer")
            and not (kind == "no_text_layer" and wanted == 0)
        ) or (said[0] in EXPECTED and kind not in EXPECTED[said[0]]):
            wrong.append(f"{row['file']}: {' '.join(said)} but {kind}")
        if said[0] == "OK" and got < wanted:
            less.append(f"{row['file']}: {got} of {wanted}")
    return {
        "files": sum(outcomes.values()),
        "outcomes": dict(outcomes),
        "category_wrong": wrong,
        "characters": ours,
        "characters_plain_pypdf": theirs,
        "fewer_characters": less,
        "read_where_pypdf_fails": gained,
        "seconds": round(sum(seconds), 1),
        "slowest_seconds": round(max(seconds), 2),
    }


def office(sandbox: Sandbox) -> dict[str, Any]:
    """All office and web files: documents or the right refusal."""
    outcomes: Counter[str] = Counter()
    failed = []
    seconds = 0.0
    for path in sorted((DATA / "formats").rglob("*")):
        if path.suffix in (".docx", ".html", ".xlsx"):
            kind, _, took = read(sandbox, path)
            outcomes[f"{path.suffix} {kind}"] += 1
            seconds += took
            if kind != "ok":
                failed.append(f"{path.name}: {kind}")
    return {
        "files": sum(outcomes.values()),
        "outcomes": dict(outcomes),
        "not_read": failed,
        "seconds": round(seconds, 1),
    }


def plain_count(path: Path) -> int | None:
    """How many records a plain reader of the format finds: tags counted, or the format's library; None when it cannot say."""
    raw = path.read_bytes().decode("utf-8-sig", errors="replace")
    if re.search(r"^\s{0,3}TY\s{1,2}-", raw, re.M):
        return len(re.findall(r"^\s{0,3}TY\s{1,2}-", raw, re.M))
    if path.suffix in (".xml", ".nxml"):
        try:
            root = etree.fromstring(
                path.read_bytes(),
                etree.XMLParser(resolve_entities=False, no_network=True, recover=True),
            )
        except etree.XMLSyntaxError:
            return None
        if root is None:
            return None
        names = [etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)]
        return (
            sum(names.count(n) for n in ("PubmedArticle", "BookDocument", "record"))
            or names.count("article")
            or None
        )
    if path.suffix == ".bib":
        import bibtexparser

        return len(bibtexparser.parse_string(raw).entries)
    if re.match(r"FN |.*^PT [JBSP]\b", raw, re.S | re.M) and path.suffix in (
        ".isi",
        ".ris",
        ".ciw",
    ):
        return len(re.findall(r"^PT ", raw, re.M))
    if re.search(r"^(PMID|PMC |TI  )-", raw, re.M):
        return max(len(re.findall(r"^PMID-", raw, re.M)), 1)
    if re.search(r"^<\d+>", raw, re.M):
        return len(re.findall(r"^<\d+>", raw, re.M))
    if path.suffix in (".csv", ".tsv", ".tab"):
        return None
    return len(re.findall(r"^%0", raw, re.M)) or None


def references(sandbox: Sandbox) -> dict[str, Any]:
    """All reference files: records found against the number a plain reader counts."""
    rows = []
    wrong = []
    for path in sorted((DATA / "references").rglob("*")):
        if path.suffix in (
            ".ris",
            ".nbib",
            ".bib",
            ".enw",
            ".ref",
            ".isi",
            ".xml",
            ".nxml",
            ".txt",
        ):
            kind, found, _ = read(sandbox, path)
            wanted = plain_count(path)
            rows.append((path.name, kind, len(found), wanted))
            if wanted is not None and len(found) != wanted:
                note = next((w for d in found[:1] for w in d.warnings if "left out" in w), kind)
                wrong.append(f"{path.name}: {len(found)} of {wanted} ({note})")
    counted = [row for row in rows if row[3] is not None]
    return {
        "files": len(rows),
        "files_counted": len(counted),
        "files_equal": len(counted) - len(wrong),
        "records_found": sum(row[2] for row in counted),
        "records_counted": sum(row[3] or 0 for row in counted),
        "different": wrong,
    }


def truth(path: Path) -> dict[str, Any]:
    """What the JATS of a trial says, read here with XPath and nothing of kmassist."""
    root = etree.parse(
        path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    ).getroot()
    meta = root.find("front/article-meta")
    group = meta.find("title-group/article-title")
    for gone in group.iter("xref", "fn"):
        gone.text = ""
    years = [e.text for e in meta.findall("pub-date/year")]
    abstract = [" ".join("".join(e.itertext()).split()) for e in meta.iter("abstract")]
    subtitle = meta.find("title-group/subtitle")
    return {
        "title": " ".join("".join(group.itertext()).split())
        + (f": {' '.join(''.join(subtitle.itertext()).split())}" if subtitle is not None else ""),
        "years": set(years),
        "doi": next((e.text.lower() for e in meta.findall("article-id[@pub-id-type='doi']")), ""),
        "pmid": next((e.text for e in meta.findall("article-id[@pub-id-type='pmid']")), ""),
        "author": next(
            (
                e.text
                for e in meta.findall("contrib-group/contrib[@contrib-type='author']/name/surname")
            ),
            "",
        ),
        "abstract": abstract[0] if abstract else "",
        "journal": next(
            (" ".join("".join(e.itertext()).split()) for e in root.iter("journal-title")), ""
        ),
        "volume": meta.findtext("volume", ""),
        "page": meta.findtext("fpage", "") or meta.findtext("elocation-id", ""),
    }


def exports(path: Path, form: str) -> bytes:
    """A trial as a database would export it."""
    said = truth(path)
    year = min(said["years"], default="")
    if form == "ris":
        lines = [
            "TY  - JOUR",
            f"TI  - {said['title']}",
            f"AU  - {said['author']}",
            f"PY  - {year}",
            f"AB  - {said['abstract']}",
        ]
        lines += [
            f"JO  - {said['journal']}",
            *([f"DO  - {said['doi']}"] if said["doi"] else []),
            "ER  - ",
            "",
        ]
        return "\n".join(lines).encode()
    pairs = [
        ("PMID", said["pmid"] or "1"),
        ("TI", said["title"]),
        ("AB", said["abstract"]),
        ("FAU", said["author"]),
        ("DP", year),
    ]
    pairs += [("JT", said["journal"]), *([("LID", f"{said['doi']} [doi]")] if said["doi"] else [])]
    return "".join(f"{tag:<4}- {value}\n" for tag, value in pairs if value).encode() + b"\n"


def folded(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"\W+", "", text).casefold()


def fields(sandbox: Sandbox) -> dict[str, Any]:
    """Field accuracy on the trials in three forms, and the experts' sentences found in the text."""
    results: dict[str, Any] = {}
    articles = sorted((DATA / "maternity_trials" / "jats").glob("*.xml"))
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for form in ("jats", "ris", "nbib"):
            right: Counter[str] = Counter()
            known: Counter[str] = Counter()
            designs: Counter[str] = Counter()
            for path in articles:
                if form != "jats":
                    copy = Path(folder) / f"{path.stem}.{form}"
                    copy.write_bytes(exports(path, form))
                kind, found, _ = read(sandbox, path if form == "jats" else copy)
                said = truth(path)
                if kind != "ok":
                    continue
                meta = found[0].metadata
                if form == "jats":
                    texts[path.stem] = folded(found[0].text)
                checks = {
                    "title": (said["title"], folded(meta.title) == folded(said["title"])),
                    "year": (said["years"], str(meta.year) in said["years"]),
                    "doi": (said["doi"], meta.doi == said["doi"]),
                    "pmid": (said["pmid"] if form != "ris" else "", meta.pmid == said["pmid"]),
                    "type": (True, str(meta.source_type) == "PUB"),
                    "first author": (
                        said["author"],
                        bool(meta.authors) and folded(said["author"]) in folded(meta.authors[0]),
                    ),
                    "journal": (said["journal"], folded(meta.journal) == folded(said["journal"])),
                    # Every one is a randomised trial or its protocol by the collection's own account.
                    "design is randomised trial or its protocol": (
                        True,
                        meta.design is not None and meta.design.value in ("1b", "P"),
                    ),
                }
                designs[meta.design.value if meta.design else "none"] += 1
                for name, (exists, is_right) in checks.items():
                    if exists:
                        known[name] += 1
                        right[name] += is_right
            results[form] = {
                "fields": {name: f"{right[name]}/{known[name]}" for name in known},
                "designs": dict(designs),
            }
    rows = [
        row
        for row in csv.DictReader((DATA / "maternity_trials" / "annotations.csv").open())
        if row["Annotations"].strip()
    ]
    hits = sum(folded(row["Annotations"]) in texts.get(f"PMC{row['PMCID']}", "") for row in rows)
    results["annotated_evidence_found_in_text"] = f"{hits}/{len(rows)}"
    return results


def first_page(said: dict[str, Any], text: str, target: Path) -> None:
    """A trial as a journal prints its first page: running head (journal year;volume:page, DOI), title, author, abstract."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    style = getSampleStyleSheet()
    place = f";{said['volume']}:{said['page']}" if said["volume"] and said["page"] else ""
    head = f"{escape(said['journal'])} {min(said['years'])}{place}" + (
        f" https://doi.org/{said['doi']}" if said["doi"] else ""
    )
    story = [Paragraph(head, style["Normal"]), Paragraph(escape(said["title"]), style["Title"])]
    story += [
        Paragraph(escape(part), style["Normal"])
        for part in (said["author"], "Abstract", text)
        if part
    ]
    SimpleDocTemplate(str(target)).build(story)


def pdf_fields(sandbox: Sandbox) -> dict[str, Any]:
    """Title, year and DOI of PDFs: the real ones of data/pdf_fields.yaml, and the trials set here as a first page.

    ``found``: right among the files that show the field; ``given where there is none``: values the reader made up.
    """
    right: Counter[str] = Counter()
    known: Counter[str] = Counter()
    made_up: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    wrong = []

    def count(part: str, name: str, field: str, wanted: Sequence[Any], got: Any) -> None:
        if not wanted:
            made_up[f"{part} {field}"] += bool(got)
            missing[f"{part} {field}"] += 1
        else:
            known[f"{part} {field}"] += 1
            if folded(str(got)) in {folded(str(w)) for w in wanted}:
                right[f"{part} {field}"] += 1
                return
        if wanted or got:
            wrong.append(f"{name}: {field} {got or 'none'}, not {(wanted or ['any'])[0]}")

    def compare(part: str, path: Path, label: dict[str, Sequence[Any]]) -> None:
        _, found, _ = read(sandbox, path)
        for field, wanted in label.items():
            count(
                part, path.name, field, wanted, getattr(found[0].metadata, field) if found else None
            )

    for row in yaml.safe_load(
        (ROOT / "benchmarks" / "data" / "pdf_fields.yaml").read_text(encoding="utf-8")
    ):
        label = {
            "title": row["title"],
            "year": [row["year"]] if row["year"] else [],
            "doi": [row["doi"]] if row["doi"] else [],
        }
        compare("real", DATA / "pdf" / row["file"], label)
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted((DATA / "maternity_trials" / "jats").glob("*.xml")):
            said = truth(path)
            target = Path(folder) / f"{path.stem}.pdf"
            first_page(said, said["abstract"], target)
            compare(
                "set",
                target,
                {
                    "title": [said["title"]],
                    "year": [min(said["years"])],
                    "doi": [said["doi"]] if said["doi"] else [],
                },
            )
    return {
        "found": {name: f"{right[name]}/{known[name]}" for name in known},
        "given where there is none": {name: f"{made_up[name]}/{missing[name]}" for name in missing},
        "wrong": wrong[:60],
    }


def seeds() -> Iterable[tuple[str, bytes]]:
    """Small files of every format, and the smaller real ones."""
    for name, make in sources.GOOD.items():
        yield name, make()
    for folder, limit in (("pdf", 40_000), ("formats", 60_000), ("references", 60_000)):
        for path in sorted((DATA / folder).rglob("*")) if DATA.exists() else []:
            if (
                path.suffix
                in (".pdf", ".docx", ".xlsx", ".html", ".ris", ".nbib", ".bib", ".xml", ".isi")
                and path.stat().st_size < limit
            ):
                yield path.name, path.read_bytes()


def mutants(count: int, seed: int) -> dict[str, Any]:
    """Damaged copies: each is read or refused, nothing hangs, crashes the program or goes over the memory."""
    chance = random.Random(seed)
    pool = list(seeds())
    outcomes: Counter[str] = Counter()
    stopped: list[str] = []
    unclean = 0
    slowest = 0.0
    with (
        Sandbox(Limits(wall_seconds=30, cpu_seconds=25)) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        for number in range(count):
            # Every second one from the small set, so that each format gets its share.
            name, data = (
                pool[number // 2 % len(sources.GOOD)] if number % 2 else chance.choice(pool)
            )
            path = Path(folder) / f"{number}-{name}"
            path.write_bytes(damage.mutate(data, chance))
            kind, found, took = read(sandbox, path)
            outcomes[kind] += 1
            slowest = max(slowest, took)
            unclean += any(document.text != clean_text(document.text) for document in found)
            if kind == "limit":
                stopped.append(f"{name} ({took:.1f} s)")
            path.unlink()
        peak = sandbox.peak_bytes
    return {
        "mutants": count,
        "seed": seed,
        "outcomes": dict(outcomes),
        "stopped_or_over_a_limit": stopped[:40],
        "unclean_text": unclean,
        "slowest_seconds": round(slowest, 1),
        "peak_megabytes": round(peak / 1e6),
    }


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parts = {part.__name__: part for part in (pdfs, office, references, fields, pdf_fields)}
    parser.add_argument(
        "--only", choices=sorted(parts), help="run this part alone and keep the other figures"
    )
    options = parser.parse_args()
    results: dict[str, Any] = {}
    if options.only:
        with Sandbox() as sandbox:
            part = {options.only: parts[options.only](sandbox)}
        kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        write({**kept, **part})
        show(part)
        return
    if DATA.exists():
        with Sandbox() as sandbox:
            for name, measure in parts.items():
                results[name] = measure(sandbox)
            results["peak_megabytes"] = round(sandbox.peak_bytes / 1e6)
    else:
        print("The real files are not here, so only mutants are run.")
    results["mutants"] = mutants(options.mutants, options.seed)
    write(results)
    show(results)


def write(results: dict[str, Any]) -> None:
    """Keep the figures."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def show(results: dict[str, Any], indent: str = "") -> None:
    """A plain table."""
    for name, value in results.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            show(value, indent + "  ")
        elif isinstance(value, list):
            print(f"{indent}{name}: {len(value)}")
            for item in value[:12]:
                print(f"{indent}  {item}")
        else:
            print(f"{indent}{name}: {value}")


if __name__ == "__main__":
    main()
