"""Start-up is a promise: nothing heavy is loaded before it is needed, and the public names are pinned."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.embedding import open_embedder
from kmassist.settings.model import load_settings

HEAVY = [
    "torch",
    "sentence_transformers",
    "faiss",
    "textual",
    "numpy",
    "transformers",
    "pydantic",
    "tokenizers",
]


def loaded(code: str) -> set[str]:
    """Which heavy modules a fresh interpreter holds after running the code."""
    script = f"{code}\nimport sys, json; print('\\n' + json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import kmassist",
        "from kmassist.cli import run; run(['--help'])",
        "from kmassist.cli import run; run(['--version'])",
        "from kmassist.cli import run; run(['nonsense'])",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    assert loaded(code) == set()


def test_listing_the_register_loads_no_model(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Triage\n\nMidwives answer the telephone.\n", encoding="utf-8")
    settings = load_settings({"library": str(tmp_path / "library")}, {})
    with Assistant.open(settings, create=True, embedder=open_embedder("hashing")) as assistant:
        list(assistant.add([note]))
    listing = ["--library", str(tmp_path / "library"), "gaps", "list"]
    found = loaded(f"from kmassist.cli import run; run({listing!r})")
    assert not found & {"torch", "transformers", "tokenizers", "faiss", "textual"}


def test_a_question_loads_no_reader_of_files() -> None:
    script = "import kmassist.cli.asking, kmassist.assistant, kmassist.assistant.ask, sys; print([m for m in sys.modules if m.startswith('kmassist.readers')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_looking_at_settings_loads_no_engine() -> None:
    assert not loaded("from kmassist.cli import run; run(['config', 'show'])") & {
        "torch",
        "faiss",
        "textual",
        "sentence_transformers",
    }


@pytest.mark.model
def test_a_file_is_added_and_a_question_answered_without_pytorch(tmp_path: Path) -> None:
    source, library = tmp_path / "audit.md", tmp_path / "library"
    source.write_text(
        "---\ntitle: Triage audit\nsource_type: AUD\nevidence_date: 2026-01\n---\nWomen waited 15 minutes for triage.\n"
    )
    run = f"from kmassist.cli import run; run(['--library', {str(library)!r}, %s])"
    never = {"torch", "transformers", "sentence_transformers", "textual"}
    assert not loaded(run % f"'add', {str(source)!r}") & never
    held = loaded(run % "'ask', 'How long do women wait for triage?'")
    assert held & {"numpy", "faiss"} == {"numpy", "faiss"}
    assert not held & never


def test_the_first_screen_waits_for_nothing_but_textual() -> None:
    """What checks settings, reads evidence or opens the library is loaded behind the first paint."""
    found = loaded("import kmassist.tui.app, kmassist.tui.screens.ask, kmassist.cli.start")
    assert found == {"textual"}


def test_public_names_are_pinned() -> None:
    import kmassist

    assert kmassist.__all__ == sorted(kmassist.__all__)
    assert set(kmassist.__all__) == set(kmassist._WHERE)
    assert all(getattr(kmassist, name) is not None for name in kmassist.__all__)
