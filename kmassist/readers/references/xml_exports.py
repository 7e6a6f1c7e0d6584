"""References in XML: PubMed and EndNote exports."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.readers.references.model import Reference
from kmassist.readers.xml_tree import Element, children, find, local_name, words

_PMC = ("pmc", "pmcid")


def pubmed_references(root: Element) -> Iterator[Reference]:
    """References of a PubMed export, articles and book chapters, in order."""
    for element in root.iter():
        name = local_name(element)
        if name == "PubmedArticle" or (
            name == "MedlineCitation" and local_name(_parent(element)) != "PubmedArticle"
        ):
            yield _article(element)
        elif name == "BookDocument":
            yield _book(element)


def endnote_references(root: Element) -> Iterator[Reference]:
    """References of an EndNote export."""
    for record in root.iter():
        if local_name(record).casefold() != "record":
            continue
        titles, dates = find(record, "titles"), find(record, "dates")
        yield Reference(
            title=words(find(titles, "title")),
            sections=(("", words(find(record, "abstract"))),),
            authors=tuple(
                words(a)
                for a in children(find(record, "contributors", "authors"), "author")
                if words(a)
            ),
            journal=words(find(record, "periodical", "full-title"))
            or words(find(titles, "secondary-title")),
            date=_endnote_date(dates),
            volume=words(find(record, "volume")),
            issue=words(find(record, "number")),
            pages=words(find(record, "pages")),
            doi=words(find(record, "electronic-resource-num")),
            pmid=words(find(record, "accession-num"))
            if "pubmed" in words(find(record, "remote-database-name")).casefold()
            else "",
            pmcid=words(find(record, "custom2"))
            if words(find(record, "custom2")).upper().startswith("PMC")
            else "",
            url=words(find(record, "urls", "related-urls", "url")),
            publisher=words(find(record, "publisher")),
            language=words(find(record, "language")),
            keywords=tuple(
                words(k) for k in children(find(record, "keywords"), "keyword") if words(k)
            ),
            kind=str(
                (kind.get("name") if (kind := find(record, "ref-type")) is not None else "") or ""
            ),
            note=words(find(record, "notes")),
        )


def _endnote_date(dates: Element | None) -> str:
    """The year, with the month and day that stand beside it where they go with it."""
    year, rest = words(find(dates, "year")), words(find(dates, "pub-dates", "date"))
    if not year or not rest:
        return year or rest
    return rest if year in rest else f"{rest} {year}" if rest[:1].isdigit() else f"{year} {rest}"


def _parent(element: Element) -> Element:
    parent = element.getparent()
    return element if parent is None else parent


def _article(element: Element) -> Reference:
    citation = (
        element if local_name(element) == "MedlineCitation" else find(element, "MedlineCitation")
    )
    article = find(citation, "Article")
    journal, issue = find(article, "Journal"), find(article, "Journal", "JournalIssue")
    ids = {
        str(e.get("IdType")): words(e)
        for e in children(find(element, "PubmedData", "ArticleIdList"), "ArticleId")
    }
    located = {str(e.get("EIdType")): words(e) for e in children(article, "ELocationID")}
    banks = [
        words(n)
        for bank in children(find(article, "DataBankList"), "DataBank")
        for n in children(find(bank, "AccessionNumberList"), "AccessionNumber")
    ]
    corrections = children(find(citation, "CommentsCorrectionsList"), "CommentsCorrections")
    return Reference(
        title=words(find(article, "ArticleTitle")) or words(find(article, "VernacularTitle")),
        sections=_abstract(find(article, "Abstract")),
        authors=_authors(find(article, "AuthorList")),
        journal=words(find(journal, "Title")) or words(find(journal, "ISOAbbreviation")),
        date=_date(find(issue, "PubDate")) or _date(find(article, "ArticleDate")),
        volume=words(find(issue, "Volume")),
        issue=words(find(issue, "Issue")),
        pages=words(find(article, "Pagination", "MedlinePgn")),
        doi=ids.get("doi") or located.get("doi", ""),
        pmid=words(find(citation, "PMID")),
        pmcid=next((ids[key] for key in _PMC if ids.get(key)), ""),
        language=words(find(article, "Language")),
        registration=banks[0] if banks else "",
        keywords=_keywords(citation),
        publication_types=tuple(
            words(t) for t in children(find(article, "PublicationTypeList"), "PublicationType")
        ),
        note="Retraction in"
        if any(e.get("RefType") == "RetractionIn" for e in corrections)
        else "",
    )


def _book(element: Element) -> Reference:
    book = find(element, "Book")
    ids = {
        str(e.get("IdType")): words(e)
        for e in children(find(element, "ArticleIdList"), "ArticleId")
    }
    title, book_title = words(find(element, "ArticleTitle")), words(find(book, "BookTitle"))
    return Reference(
        title=title or book_title,
        sections=_abstract(find(element, "Abstract")),
        authors=_authors(find(element, "AuthorList")) or _authors(find(book, "AuthorList")),
        journal=book_title if title else "",
        date=_date(find(book, "PubDate")),
        doi=ids.get("doi", ""),
        pmid=words(find(element, "PMID")),
        pmcid=next((ids[key] for key in _PMC if ids.get(key)), ""),
        isbn=words(find(book, "Isbn")),
        publisher=words(find(book, "Publisher", "PublisherName")),
        language=words(find(element, "Language")),
        publication_types=tuple(words(t) for t in children(element, "PublicationType")),
        kind="book" if not title else "",
    )


def _abstract(abstract: Element | None) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(part.get("Label") or ""), words(part)) for part in children(abstract, "AbstractText")
    )


def _authors(authors: Element | None) -> tuple[str, ...]:
    found = []
    for author in children(authors, "Author"):
        given = words(find(author, "ForeName")) or words(find(author, "Initials"))
        parts = [words(find(author, "LastName")), given, words(find(author, "Suffix"))]
        body = words(find(author, "CollectiveName"))
        found.append(f"{body}," if body else ", ".join(part for part in parts if part))
    return tuple(name for name in found if name)


def _date(date: Element | None) -> str:
    year = words(find(date, "Year"))
    if not year:
        return words(find(date, "MedlineDate"))
    month, day = words(find(date, "Month")), words(find(date, "Day"))
    return (
        f"{year}/{month}/{day}".rstrip("/")
        if month.isdigit()
        else " ".join(part for part in (year, month, day) if part)
    )


def _keywords(citation: Element | None) -> tuple[str, ...]:
    found = [
        words(k) for group in children(citation, "KeywordList") for k in children(group, "Keyword")
    ]
    found += [
        words(find(heading, "DescriptorName"))
        for heading in children(find(citation, "MeshHeadingList"), "MeshHeading")
    ]
    return tuple(dict.fromkeys(word for word in found if word))
