"""The light environment, built afresh and proved: `python -m benchmarks.light [--questions N]`. Writes results/light.json.

In a virtual environment of its own: requirements-light.txt and kmassist's wheel, without PyTorch, sentence-transformers and
FAISS. Measured: its size, the time of the installation and of a first answer in an empty folder, both together (which may take
two minutes on a quiet computer, and fails nothing on a busy one), and whether the
demonstration questions get the same answers there as in the environment that runs this: status, sentences and their order,
coverage of all eight kinds. Fails when something was installed that light means to leave out, when an answer differs, or
above 400 MB. Also: the vectors of both environments, cosine by cosine, and the processor time of a hundred passages.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "corpus" / "sample" / "questions.yaml"
RESULTS = Path(__file__).parent / "results"
LEFT_OUT = ("torch", "sentence_transformers", "transformers", "faiss", "scipy", "sklearn")
MOST_MB = 400
FIRST = "How should we triage women who attend unscheduled?"

_ANSWER = """
import json, sys
from pathlib import Path
from kmassist import Assistant, load_settings
questions = json.loads(Path(sys.argv[2]).read_text("utf-8"))
with Assistant.open(load_settings({"library": sys.argv[1]})) as assistant:
    answers = [assistant.answer(question) for question in questions]
print(json.dumps([
    [a.status.value, [list(c.citation.span) for c in a.claims], [c.state.value for c in a.coverage.cells]]
    for a in answers
]))
print(json.dumps([name for name in %r if name in sys.modules]))
"""
_VECTORS = """
import json, sys, time
import numpy as np
from pathlib import Path
from kmassist.embedding import light
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
texts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
embedder = SentenceTransformerEmbedder(threads=1)
if sys.argv[2] == "torch":
    embedder._model
else:
    light.has_torch = lambda: False
embedder.embed(texts[:1], [[]])
start = time.process_time()
vectors, _ = embedder.embed(texts, [[] for _ in texts])
print(json.dumps(time.process_time() - start))
np.save(sys.argv[3], vectors)
"""


def run(python: Path | str, *arguments: str, where: Path, path: str = "") -> str:
    """What the Python of an environment prints; one thread, no network, no settings of this computer's person."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KMASSIST", "PYTHON"))}
    environment |= {"HF_HUB_OFFLINE": "1", "KMASSIST_CONFIG": str(where / "none.toml")}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if path:
        environment["PYTHONPATH"] = path
    done = subprocess.run(
        [str(python), *arguments], cwd=where, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments[:4])[:200]}\n{done.stderr[-3000:]}")
    return done.stdout


def build(place: Path) -> tuple[Path, dict[str, float]]:
    """The Python of a fresh light environment, its size and how long it took."""
    start = time.monotonic()
    home = place / "env"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"]  # fmt: skip
    subprocess.run([*install, "-r", str(ROOT / "requirements-light.txt")], check=True)
    wheel = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]  # fmt: skip
    subprocess.run(wheel, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*install, str(next(place.glob("kmassist-*.whl")))], check=True)
    seconds = time.monotonic() - start
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    return python, {
        "install_seconds": round(seconds, 1),
        "installed_mb": round(sum(path.stat().st_size for path in files) / 1e6, 1),
    }


def compare_vectors(python: Path, place: Path, texts: list[str]) -> dict[str, float]:
    """The smallest cosine between the vectors of both environments, and the processor time of each."""
    import numpy as np

    asked = place / "texts.json"
    asked.write_text(json.dumps(texts), "utf-8")
    light = run(python, "-c", _VECTORS, str(asked), "numpy", str(place / "light.npy"), where=place)
    full = run(
        sys.executable, "-c", _VECTORS, str(asked), "torch", str(place / "full.npy"), where=place, path=str(ROOT)
    )  # fmt: skip
    cosines = (np.load(place / "light.npy") * np.load(place / "full.npy")).sum(axis=1)
    return {
        "passages": len(texts),
        "least_cosine": round(float(cosines.min()), 7),
        "cpu_seconds_light": round(json.loads(light), 2),
        "cpu_seconds_torch": round(json.loads(full), 2),
    }


def main() -> None:
    """Build, measure, compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--questions", type=int, help="only the first N of the questions")
    options = parser.parse_args()
    items = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    questions = [item["question"] for item in items if "follows" not in item][: options.questions]
    with tempfile.TemporaryDirectory(prefix="kmlight-") as folder:
        place = Path(folder)
        asked = place / "questions.json"
        asked.write_text(json.dumps(questions), "utf-8")
        python, found = build(place)
        there = json.loads(run(python, "-c", f"import importlib.util as u, json; print(json.dumps([n for n in {LEFT_OUT!r} if u.find_spec(n)]))", where=place))  # fmt: skip
        libraries = {"light": place / "light", "full": place / "full"}
        start = time.monotonic()
        first = run(python, "-m", "kmassist", "--library", str(libraries["light"]), "--sample", "ask", FIRST, where=place)  # fmt: skip
        answered = round(time.monotonic() - start, 1)
        result: dict[str, Any] = {
            **found, "first_answer_seconds": answered, "command_to_answer_seconds": round(found["install_seconds"] + answered, 1)
        }  # fmt: skip
        run(sys.executable, "-m", "kmassist", "--library", str(libraries["full"]), "--sample", "ask", FIRST, where=place, path=str(ROOT))  # fmt: skip
        said = {
            name: run(
                python if name == "light" else sys.executable, "-c", _ANSWER % (LEFT_OUT,), str(library), str(asked),
                where=place, path="" if name == "light" else str(ROOT),
            ).splitlines()
            for name, library in libraries.items()
        }  # fmt: skip
        pairs = zip(json.loads(said["light"][0]), json.loads(said["full"][0]), strict=True)
        differ = [question for question, (a, b) in zip(questions, pairs, strict=True) if a != b]
        texts = [path.read_text("utf-8")[600:1500] for path in sorted((ROOT / "corpus" / "sample" / "published").glob("*.md"))]  # fmt: skip
        vectors = compare_vectors(python, place, texts) if importlib.util.find_spec("torch") else {}
    result |= {
        "left_out_but_there": there,
        "questions": len(questions),
        "answers_differ": differ,
        **vectors,
    }
    for name, value in result.items():
        print(f"{name:26} {value}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "light.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if there or differ or result["installed_mb"] > MOST_MB or "nswered from this corpus" not in first:  # fmt: skip
        raise SystemExit("The light environment is not what it should be.")


if __name__ == "__main__":
    main()
