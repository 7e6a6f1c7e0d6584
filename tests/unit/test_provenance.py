"""Where each value of the metadata comes from, and who wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Design, Origin, Setting
from kmassist.errors import SourceNotFound
from kmassist.readers import find_sources, look_through, read_source
from kmassist.readers.metadata.folders import folder_layer
from kmassist.readers.metadata.frontmatter import split_front_matter
from kmassist.readers.metadata.provenance import Layer, layer_of, merge


def test_a_title_that_a_program_put_there_is_none() -> None:
    for title in ("Unknown Title", "PowerPoint Presentation", "leaflet_v3.docx"):
        layers = [Layer("file", {"title": title}), Layer("detected", {"title": "Iron tablets"})]
        assert merge(layers)[0].title == "Iron tablets"


def test_who_wins() -> None:
    metadata, warnings = merge(
        [
            Layer("detected", {"title": "Seen", "country": "Ghana", "design": "2b"}),
            Layer("folder", {"source_type": "AUD"}),
            Layer("file", {"title": "Written inside", "source_type": "PUB", "design": Design.RCT}),
            Layer("sidecar", {"title": "Written beside"}),
            Layer("flag", {"source_type": "gdl"}),
        ]
    )
    assert (metadata.title, metadata.source_type, metadata.design, metadata.country) == (
        "Written beside",
        SourceType.GDL,
        Design.RCT,
        "Ghana",
    )
    assert metadata.came_from == {
        "title": "sidecar",
        "source_type": "flag",
        "design": "file",
        "country": "detected",
    }
    assert not warnings
    assert merge(layer_of(metadata))[0] == metadata


def test_a_bad_value_costs_itself_only() -> None:
    metadata, warnings = merge(
        [
            Layer(
                "front matter",
                {
                    "published": "last spring",
                    "design": "9z",
                    "colour": "red",
                    "title": "Kept",
                    "sample_size": "many",
                },
            ),
            Layer("file", {"published": "2020"}),
        ]
    )
    assert (metadata.title, metadata.published, metadata.design) == ("Kept", "2020", None)
    assert len(warnings) == 4
    assert any("'colour' in the front matter is not a field" in warning for warning in warnings)
    assert any("'last spring' is not a date" in warning for warning in warnings)


def test_records_keep_their_good_parts_and_fill_each_other() -> None:
    metadata, warnings = merge(
        [
            Layer(
                "sidecar",
                {"ppi": {"who": "women who phoned", "number": "lots", "groups": "women, partners"}},
            ),
            Layer("detected", {"ppi": {"number": 23, "who": "somebody else"}}),
        ]
    )
    assert metadata.ppi is not None
    assert (metadata.ppi.who, metadata.ppi.number, metadata.ppi.groups) == (
        "women who phoned",
        23,
        ("women", "partners"),
    )
    assert len(warnings) == 1


def test_lists_of_records_lose_only_the_bad_one() -> None:
    metadata, warnings = merge(
        [
            Layer(
                "sidecar",
                {
                    "audit": [
                        {"criterion": "Good", "numerator": 1, "denominator": 2},
                        {"criterion": "Bad", "numerator": -1},
                    ]
                },
            )
        ]
    )
    assert [criterion.criterion for criterion in metadata.audit] == ["Good"]
    assert len(warnings) == 1


def test_front_matter_stays_text() -> None:
    body, layer, warnings = split_front_matter(
        "---\ntitle: A study\nversion: 1.10\npmid: 0123\nstatus: null\n---\nWords.\n"
    )
    assert body == "Words.\n"
    assert layer.values == {"title": "A study", "version": "1.10", "pmid": "0123", "status": None}
    assert not warnings


@pytest.mark.parametrize(
    "text",
    [
        "--- not front matter\nWords.",
        "Words.\n---\ntitle: x\n---\n",
        "---\n\nA rule above, no colon\n\n---\n",
    ],
)
def test_text_without_front_matter_is_left_alone(text: str) -> None:
    assert split_front_matter(text)[0] == text


def test_broken_front_matter_is_said() -> None:
    body, layer, warnings = split_front_matter("---\ntitle: [unclosed\nyear: 2020\n---\nWords.\n")
    assert body == "Words.\n"
    assert not layer.values
    assert "not valid YAML" in warnings[0]


def test_folders() -> None:
    root = Path("/evidence")
    for folder, kind in (
        ("published", SourceType.PUB),
        ("02-Clinical Audit 2026", SourceType.AUD),
        ("PPI", SourceType.PPI),
        ("Staff debriefs", SourceType.FLK),
        ("service_evaluation", SourceType.SVE),
        ("cost", SourceType.ECO),
        ("policies", SourceType.POL),
        ("guidelines", SourceType.GDL),
    ):
        assert folder_layer(root / folder / "deep" / "file.md", root).values == {
            "source_type": kind
        }
    assert folder_layer(root / "audit of staff" / "file.md", root).values == {}
    assert folder_layer(Path("/audit/evidence/file.md"), Path("/audit/evidence")).values == {}
    assert folder_layer(Path("/audit/file.md"), Path("/audit")).values == {
        "source_type": SourceType.AUD
    }


def test_everything_together(tmp_path: Path) -> None:
    folder = tmp_path / "ppi"
    folder.mkdir()
    (folder / "event.txt").write_text(
        "A listening event\n=================\n\nThe event took place in the NHS.\n\nNumber heard: 23\nMethod: focus groups\n"
        "What changed: a second line for the phone\nHeld: 3 to 17 March 2026\nPublished: May 2026\n"
    )
    (folder / "event.meta.yaml").write_text(
        "ppi:\n  who: women who phoned\ntopics: [tri, exp]\nissuer: An MNVP\nwrong: 1\n"
    )
    (document,) = read_source(folder / "event.txt", overrides={"sharing": "team"}, root=tmp_path)
    meta = document.metadata
    assert meta.source_type is SourceType.PPI
    assert meta.ppi is not None
    assert (meta.ppi.who, meta.ppi.number, meta.ppi.method) == (
        "women who phoned",
        23,
        "focus groups",
    )
    assert meta.ppi.changed == "a second line for the phone"
    assert (meta.evidence_date, meta.published, meta.origin, meta.country) == (
        "2026-03-17",
        "2026-05",
        Origin.INTERNAL,
        "United Kingdom",
    )
    assert meta.setting is Setting.UK_LOCAL
    assert meta.topics == ("TRI", "EXP")
    assert meta.came_from["ppi"] == "sidecar"
    assert meta.came_from["source_type"] == "folder"
    assert meta.came_from["sharing"] == "flag"
    assert meta.came_from["published"] == "detected"
    assert document.warnings == (
        "'wrong' in the sidecar event.meta.yaml is not a field that kmassist knows, so it was left out.",
        "Patient and public involvement: missing groups.",
    )


def test_a_sidecar_of_an_export_does_not_rename_its_references(tmp_path: Path) -> None:
    (tmp_path / "export.ris").write_text(
        "TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n"
    )
    (tmp_path / "export.meta.yaml").write_text("title: Search of May\ntopics: [TRI]\ndoi: 10.1/x\n")
    documents = read_source(tmp_path / "export.ris")
    assert [document.metadata.title for document in documents] == ["One", "Two"]
    assert [document.metadata.topics for document in documents] == [("TRI",), ("TRI",)]
    assert not any(document.metadata.doi for document in documents)


def test_finding_sources(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("Words.")
    root = tmp_path / "root"
    for name in (
        "b/two.md",
        "a/one.txt",
        "a/one.meta.yaml",
        ".hidden/x.md",
        "a/.x.md",
        "README.md",
        "old.wps",
        "b/~$two.docx",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Words of a text.")
    (root / "link.md").symlink_to(outside)
    (root / "loop").symlink_to(root)
    assert [path.relative_to(root).as_posix() for path in find_sources([root])] == [
        "a/one.txt",
        "b/two.md",
    ]
    assert [path.name for path in find_sources([root / "README.md", root / "README.md"])] == [
        "README.md"
    ]
    refused = {path.name: problem for path, problem in look_through([root]) if problem}
    assert set(refused) == {"README.md", "link.md", "loop", "old.wps"}
    with pytest.raises(SourceNotFound):
        list(find_sources([tmp_path / "nowhere"]))


def test_what_is_nested_or_longer_than_any_value_costs_itself_only() -> None:
    nested: object = "Smith"
    for _ in range(20):
        nested = [nested]
    layer = Layer(
        "front matter",
        {
            "title": "T" * 5_000,
            "issuer": "Alder",
            "authors": nested,
            "ppi": {"number": 30, "groups": ["g" * 5_000]},
        },
    )
    metadata, warnings = merge([layer])
    assert (metadata.title, metadata.issuer, metadata.authors) == ("", "Alder", ())
    assert metadata.ppi is not None
    assert (metadata.ppi.number, metadata.ppi.groups) == (30, ())
    assert any("'title'" in w and "longer than 2,000 characters" in w for w in warnings)
    assert any("'authors'" in w and "nested too deeply" in w for w in warnings)
