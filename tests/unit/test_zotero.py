"""Zotero: a file joins the record that it is attached to, from an export with its files or from the library itself."""

import sqlite3
from pathlib import Path

import pytest

from kmassist.documents.document import Document
from kmassist.errors import UnreadableSource
from kmassist.readers import look_through, read_source

_SCHEMA = """
CREATE TABLE items(itemID INTEGER PRIMARY KEY, itemTypeID INT, key TEXT); CREATE TABLE itemTypes(itemTypeID INT, typeName TEXT);
CREATE TABLE itemData(itemID INT, fieldID INT, valueID INT); CREATE TABLE itemDataValues(valueID INT, value);
CREATE TABLE fields(fieldID INT, fieldName TEXT); CREATE TABLE creators(creatorID INT, firstName TEXT, lastName TEXT, fieldMode INT);
CREATE TABLE itemCreators(itemID INT, creatorID INT, creatorTypeID INT, orderIndex INT);
CREATE TABLE creatorTypes(creatorTypeID INT, creatorType TEXT); CREATE TABLE tags(tagID INT, name TEXT);
CREATE TABLE itemTags(itemID INT, tagID INT); CREATE TABLE deletedItems(itemID INT);
CREATE TABLE itemAttachments(itemID INT, parentItemID INT, linkMode INT, contentType TEXT, path TEXT);
CREATE TABLE collections(collectionID INT, collectionName TEXT, parentCollectionID INT); CREATE TABLE collectionItems(collectionID INT, itemID INT);
INSERT INTO itemTypes VALUES (1, 'journalArticle'), (2, 'attachment');
INSERT INTO items VALUES (1, 1, 'AAAA'), (2, 2, 'BBBB'), (3, 1, 'CCCC');
INSERT INTO fields VALUES (1, 'title'), (2, 'date'), (3, 'publicationTitle'), (4, 'extra');
INSERT INTO itemDataValues VALUES (1, 'Beds at night'), (2, '2020-05-00 May 2020'), (3, 'J Beds'), (4, 'PMID: 31234567'), (5, 'Thrown away');
INSERT INTO itemData VALUES (1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4), (3, 1, 5);
INSERT INTO deletedItems VALUES (3);
INSERT INTO creators VALUES (1, 'Ann', 'Reed', 0), (2, '', 'Board of Health', 1);
INSERT INTO creatorTypes VALUES (1, 'author'); INSERT INTO itemCreators VALUES (1, 1, 1, 0), (1, 2, 1, 1);
INSERT INTO tags VALUES (1, 'wards'); INSERT INTO itemTags VALUES (1, 1);
INSERT INTO itemAttachments VALUES (2, 1, 0, 'text/html', 'storage:beds.html');
INSERT INTO collections VALUES (1, 'Ashcombe', NULL), (2, 'Night', 1); INSERT INTO collectionItems VALUES (2, 1);
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "Zotero"
    (folder / "storage" / "BBBB").mkdir(parents=True)
    (folder / "styles").mkdir()
    (folder / "styles" / "a.md").write_text("No source.")
    (folder / "storage" / "BBBB" / "beds.html").write_text(
        "<html><body><p>Of nine beds, three were free at night.</p></body></html>"
    )
    with sqlite3.connect(folder / "zotero.sqlite") as database:
        database.executescript(_SCHEMA)
    database.close()
    return folder


def check(document: Document) -> None:
    meta = document.metadata
    assert (meta.title, meta.published, meta.journal) == ("Beds at night", "2020-05", "J Beds")
    assert meta.authors == ("Reed, Ann", "Board of Health")
    assert (meta.pmid, meta.study_key) == ("31234567", "pmid:31234567")
    assert meta.collections == ("Ashcombe / Night",)


def test_a_library_gives_its_records_and_joins_its_files_to_them(library: Path) -> None:
    found = [path for path, problem in look_through([library]) if problem is None]
    assert [path.name for path in found] == ["beds.html", "zotero.sqlite"]
    file, record = (read_source(path, root=library.parent) for path in found)
    check(file[0])
    check(record[0])
    assert "three were free" in file[0].text
    assert file[0].metadata.came_from["title"] == "sidecar"
    assert len(record) == 1


def test_an_export_with_its_files_does_the_same(tmp_path: Path) -> None:
    (tmp_path / "files" / "12").mkdir(parents=True)
    page = tmp_path / "files" / "12" / "Reed 2020.html"
    page.write_text("<html><body><p>Of nine beds, three were free at night.</p></body></html>")
    (tmp_path / "export.ris").write_text(
        "TY  - JOUR\nTI  - Beds at night\nAU  - Reed, Ann\nPY  - 2020\nL1  - files/12/Reed%202020.html\nER  - \n"
    )
    (file,), (record,) = (
        read_source(path, root=tmp_path) for path in (page, tmp_path / "export.ris")
    )
    assert (file.metadata.title, file.metadata.authors) == ("Beds at night", ("Reed, Ann",))
    assert file.metadata.study_key == record.metadata.study_key != ""
    page.rename(page.with_name("another.html"))
    assert read_source(page.with_name("another.html"), root=tmp_path)[0].metadata.authors == ()


def test_a_bibtex_export_names_its_files_too(tmp_path: Path) -> None:
    (tmp_path / "files" / "3").mkdir(parents=True)
    page = tmp_path / "files" / "3" / "beds.html"
    page.write_text("<html><body><p>Of nine beds, three were free at night.</p></body></html>")
    (tmp_path / "export.bib").write_text(
        "@article{a, title={Beds at night}, author={Reed, Ann}, year={2020}, file={Snapshot:files/3/beds.html:text/html}, groups={Night}}"
    )
    meta = read_source(page, root=tmp_path)[0].metadata
    assert (meta.title, meta.collections) == ("Beds at night", ("Night",))


def test_another_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE x(y)")
    database.close()
    with pytest.raises(UnreadableSource, match="no library of Zotero"):
        read_source(path)


_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:link="http://purl.org/rss/1.0/modules/link/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
<bib:Article rdf:about="#item_1"><z:itemType>journalArticle</z:itemType><dcterms:isPartOf rdf:resource="urn:issn:1"/>
<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Reed</foaf:surname><foaf:givenName>Ann</foaf:givenName></foaf:Person></rdf:li>
<rdf:li><foaf:Person><foaf:surname>Board of Health</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:authors>
<link:link rdf:resource="#item_2"/><dc:title>Beds at night</dc:title><dcterms:abstract>Of 900 women 27 (3.0%) slept.</dcterms:abstract><dc:date>2021-07-14</dc:date></bib:Article>
<bib:Journal rdf:about="urn:issn:1"><dc:title>J Beds</dc:title><prism:volume>8</prism:volume><dc:identifier>DOI 10.8888/bc.9</dc:identifier></bib:Journal>
<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><rdf:resource rdf:resource="files/2/beds.html"/></z:Attachment>
<z:Collection rdf:about="#collection_1"><dc:title>Night</dc:title><dcterms:hasPart rdf:resource="#item_1"/></z:Collection></rdf:RDF>"""


def test_zoteros_own_export_gives_records_and_joins_its_files(tmp_path: Path) -> None:
    (tmp_path / "beds.rdf").write_text(_RDF)
    (tmp_path / "files" / "2").mkdir(parents=True)
    (tmp_path / "files" / "2" / "beds.html").write_text("<p>Women slept in the corridor.</p>")
    (record,) = read_source(tmp_path / "beds.rdf", root=tmp_path)
    (page,) = read_source(tmp_path / "files" / "2" / "beds.html", root=tmp_path)
    for found in (record.metadata, page.metadata):
        assert (found.title, found.published, found.doi, found.journal) == (
            "Beds at night", "2021-07-14", "10.8888/bc.9", "J Beds",
        )  # fmt: skip
        assert found.authors == ("Reed, Ann", "Board of Health")
    assert record.metadata.collections == ("Night",)
