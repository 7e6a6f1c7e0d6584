"""Do the tests of trust bite? Seeds a bug at a time into a copy of the program and runs the tests that should notice it.

    python -m benchmarks.bite [--only WORDS]

A bug is one replacement in one file: an fsync or a digest check gone, a sanitiser that does nothing, a rule left out. Bar: at
least 95% are noticed. With --only the other outcomes are kept. Writes benchmarks/results/bite.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CRASHES, DOCTOR, LOCAL = (
    "tests/integration/test_index_crashes.py",
    "tests/unit/test_doctor.py",
    "tests/unit/test_local.py tests/unit/test_local_damage.py",
)
HOSTILE, LOCKS, STATES = (
    "tests/integration/test_hostile_sources.py", "tests/unit/test_files_and_lock.py", "tests/integration/test_index_states.py",
)  # fmt: skip
INDEX, READERS = "kmassist/index", "kmassist/readers"

# what: (file, old, new, tests, -k)
BUGS: dict[str, tuple[str, str, str, str, str]] = {
    "a file is not fsynced": (f"{INDEX}/files.py", '            os.fsync(handle)\n            _noted("fsync", path)\n', "", CRASHES, "power or durable"),
    "a rename is not made durable": (f"{INDEX}/files.py", '        _noted("rename", source, target)\n    sync_folder(target.parent)', '        _noted("rename", source, target)', CRASHES, "power or durable"),
    "a new folder is not made durable": (f"{INDEX}/files.py", '        _noted("mkdir", path)\n        sync_folder(path.parent)', '        _noted("mkdir", path)', CRASHES, "power or durable"),
    "files are written in place": (f"{INDEX}/files.py", "    write_new(temporary, data)\n    rename(temporary, path)", "    path.write_bytes(data)", LOCKS, ""),
    "a generation is written under its own name": (f"{INDEX}/generations.py", "            files.rename(temporary, self.folder / name)\n", "            temporary.rename(self.folder / name)\n", CRASHES, "power or durable"),
    "a short write is not completed": (f"{INDEX}/files.py", "            while done < len(view):", "            if done < len(view):", LOCKS, ""),
    "index files are not compared with their digest": (f"{INDEX}/files.py", "if len(data) != size or hashlib.sha256(data).hexdigest() != sha256:", "if len(data) != size:", f"{DOCTOR} {LOCAL}", "generation or flipped"),
    "a manifest is not compared with its name": (f"{INDEX}/generations.py", "if not match or hashlib.sha256(data).hexdigest()[:16] != match[2]:", "if not match:", f"{DOCTOR} {LOCAL}", "generation or flipped"),
    "rows are not compared with their check": (f"{INDEX}/rows.py", "    if row_check(*columns) != expected:", "    if False:", f"{DOCTOR} {LOCAL}", "flipped or damaged"),
    "rows may vanish": (f"{INDEX}/rows.py", "    if found != expected:", "    if False:", DOCTOR, "vanish"),
    "the tables' description may change": (f"{INDEX}/database.py", "if found != right:", "if False:", DOCTOR, "description"),
    "an original is not compared with its digest": (f"{INDEX}/originals.py", "            if hashlib.sha256(data).hexdigest() == sha256:\n", "            if data:\n", f"{DOCTOR} {LOCAL}", "original"),
    "forgetting does not purge": (f"{INDEX}/folder.py", "            if must_purge:\n                self._purge()", "            pass", LOCAL, "forgetting"),
    "forgetting leaves copies of moved rows": (f"{INDEX}/database.py", "        if free or not self._scrubbed():\n", "        if False:\n", f"{LOCAL} tests/unit/test_scrub.py", "forgetting or moved"),
    "forgetting keeps the original": (f"{INDEX}/local.py", '                self._audit("forget", doc_id)\n            self._drop({blob})', '                self._audit("forget", doc_id)', LOCAL, "forgetting or original"),
    "forgetting is not in the trail": (f"{INDEX}/local.py", '                self._audit("forget", doc_id)\n', "", LOCAL, "audit"),
    "a forgotten document is still found": (f"{INDEX}/local.py", "            self._view.hide(doc_id, seq)\n", "", f"{STATES} {LOCAL}", "forget or audit or Library"),
    "the older generation outlives forgetting": (f"{INDEX}/folder.py", "self._generations.prune(1 if must_purge else _KEPT)", "self._generations.prune(_KEPT)", LOCAL, "forgetting"),
    "two may write at once": (f"{INDEX}/lock.py", "fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass", LOCKS, ""),
    "nobody learns of a death": (f"{INDEX}/lock.py", "self.was_interrupted = self.was_interrupted or bool(holder)", "self.was_interrupted = False", LOCKS, ""),
    "the mark of a death goes unseen": (f"{INDEX}/lock.py", "is_clean = kind is None and not self.is_marked and not self.was_interrupted", "is_clean = True", LOCKS, ""),
    "a repair forgets the WAL": (f"{INDEX}/database.py", 'for name in (f"{path.name}-wal", f"{path.name}-shm", path.name):', "for name in (path.name,):", DOCTOR, "cut_off or wal"),
    "a repair takes what a newer kmassist made": (f"{INDEX}/repair.py", "_DAMAGE = (IndexDamaged, IndexNotFound)", "_DAMAGE = (IndexingError,)", DOCTOR, "newer or full_disk"),
    "a lost database is begun afresh": (f"{INDEX}/opening.py", "    if held and not has_data(folder / DATABASE):", "    if False:", DOCTOR, "afresh"),
    "lost changes go unnoticed": (f"{INDEX}/folder.py", "if not self.folder or lock.last_seq <= self._store.seq:", "if True:", LOCAL, "lost_change"),
    "a migration keeps no copy": (f"{INDEX}/database.py", '            self.backup_to(copy)', "            pass", LOCAL, "older"),
    "the database is not synchronous": (f"{INDEX}/connecting.py", '"synchronous=FULL",', '"synchronous=OFF",', LOCAL, "pragmas"),
    "the end of the audit trail may be cut": (f"{INDEX}/trail.py", "    if head != (", "    if False and head != (", DOCTOR, "audit"),
    "audit lines are not chained": (f"{INDEX}/trail.py", "if line[0] != expected or before != previous or digest != _digest(before, tuple(line)):", "if line[0] != expected:", DOCTOR, "audit"),
    "a backup's files are not compared": (f"{INDEX}/backup.py", "    if _digest(target) != digest:", "    if False:", DOCTOR, "backup"),
    "a backup may write anywhere": (f"{INDEX}/backup.py", "                if not _MEMBER.fullmatch(name):", "                if False:", DOCTOR, "outside"),
    "library files are for everybody": (f"{INDEX}/files.py", "FILE_MODE, FOLDER_MODE = 0o600, 0o700", "FILE_MODE, FOLDER_MODE = 0o644, 0o755", f"{DOCTOR} {LOCAL}", "backup or older or private or leftovers or sound"),
    "what is exported follows the umask": ("kmassist/cli/__init__.py", "    os.umask(0o077)", "    pass", "tests/integration/test_command_line.py", "umask"),
    "control characters are stored": ("kmassist/text/characters.py", '    text = _HAZARDS.sub(', '    text = re.compile("(?!)").sub(', f"{HOSTILE}", "terminal_controls or absurd"),
    "the interface shows controls": ("kmassist/tui/safe.py", "    cleaned = clean_text(raw)\n", "    cleaned = raw\n", "tests/tui/test_safety.py", "safe"),
    "the command line prints controls": ("kmassist/cli/streams.py", '    return _OBEYED.sub(lambda found: "" if found[1] else found[0], text)', "    return text", "tests/integration/test_payloads.py", "prints"),
    "a cell may be a formula": ("kmassist/text/tables.py", "    is_formula = _FORMULA.match(text)", "    is_formula = None", "tests/unit/test_tables.py", ""),
    "full-width signs begin a formula": ("kmassist/text/tables.py", "[=+\\-@＝＋－＠]", "[=+\\-@]", "tests/unit/test_tables.py", ""),
    "HTML is not escaped": ("kmassist/pages/html.py", "from html import escape\n", "escape = str\n", "tests/unit/test_export.py tests/integration/test_payloads.py", "escap or html or exports"),
    "the NHS check digit is not checked": ("kmassist/privacy/identifiers.py", "    return check != 10 and (0 if check == 11 else check) == int(digits[9])", "    return True", "tests/unit/test_identifiers.py", ""),
    "no NHS number is found": ("kmassist/privacy/identifiers.py", "    return check != 10 and (0 if check == 11 else check) == int(digits[9])", "    return False", "tests/unit/test_identifiers.py", ""),
    "a reader does not look for what is gone": (f"{INDEX}/view.py", "        if snapshot.documents != held:\n            snapshot.remove_all", "        if False:\n            snapshot.remove_all", "tests/unit/test_view.py", ""),
    "what fails halfway is searched": (f"{INDEX}/view.py", "                self._snapshot = None\n                self._take_in(snapshot)\n", "                self._take_in(snapshot)\n", "tests/unit/test_view.py", ""),
    "what is gone stays in a filter": (f"{INDEX}/snapshot.py", "            mask[start:end] = False\n", "            pass\n", "tests/unit/test_view.py", ""),
    "what an index does not list is taken for gone": (f"{INDEX}/store.py", '            whole("documents", 0, self.database.value(sql, part))\n', "            pass\n", "tests/unit/test_view.py", ""),
    "the corpus is counted once for ever": (f"{INDEX}/local.py", "if self._counted is None or self._counted[0] != state:", "if self._counted is None:", "tests/unit/test_view.py", ""),
    "a label acquits a patient's number": ("kmassist/privacy/identifiers.py", "    return label is not None and not _SOMEBODYS_OWN.search(before[: label.start()])", "    return label is not None", "tests/unit/test_identifiers.py", "whatever"),
    "a number of no issued range is never a patient's": ("kmassist/privacy/identifiers.py", "ISSUED.match(digits) or _SOMEBODYS.search(near):", "ISSUED.match(digits):", "tests/unit/test_identifiers.py", "range"),
    "questions about a patient pass": ("kmassist/question/scope.py", "    return is_described and signs >= _ENOUGH", "    return False and signs >= _ENOUGH", "tests/unit/test_boundaries.py", ""),
    "totals give small numbers away": ("kmassist/privacy/small_numbers.py", "    has_totals = bool(total_rows or total_columns)", "    has_totals, total_rows, total_columns = False, set(), set()", "tests/unit/test_smallnumbers.py", ""),
    "the rest of a share is shown": ("kmassist/privacy/small_numbers.py", "    if 0 < total - n < below or", "    if False or", "tests/unit/test_smallnumbers.py", ""),
    "an archive may unpack to anything": (f"{READERS}/archive.py", "            if size > _RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):", "            if False:", HOSTILE, "kinds or far_more"),
    "outside entities are read": (f"{READERS}/xml_tree.py", "        resolve_entities=False,", "        resolve_entities=True,", HOSTILE, "crafted and entities"),
    "links are followed": (f"{READERS}/finding.py", "    if entry.is_symlink():", "    if False:", HOSTILE, "special"),
    "pipes are read": (f"{READERS}/__init__.py", "            if not stat.S_ISREG(info.st_mode):", "            if False:", HOSTILE, "special"),
    "a reader that was stopped is used again": (f"{READERS}/sandbox.py", "        except _Stopped as stop:\n            self.close()\n", "        except _Stopped as stop:\n", HOSTILE, "hangs"),
    "YAML builds objects": (f"{READERS}/metadata/frontmatter.py", "class _PlainLoader(yaml.BaseLoader)", "class _PlainLoader(yaml.UnsafeLoader)", "tests/unit/test_sidecars.py", "objects"),
    "the network is not refused": ("kmassist/offline.py", "        sys.addaudithook(_guard)", "        pass", "tests/integration/test_network.py", "itself"),
    "a library opens a socket": (f"{READERS}/html.py", "    with without_ipv6():\n        import trafilatura", "    import trafilatura", HOSTILE, "thousand"),
    "libraries are not silenced": ("kmassist/offline.py", "    os.environ.update(SILENCE)", "    pass", "tests/integration/test_network.py", "told"),
    "the model's digest is not checked": ("kmassist/embedding/sentence_transformer.py", "if self.name == DEFAULT_MODEL and self._digest_of_weights() != DIGESTS[WEIGHTS]:", "if False:", "tests/contract/test_embedder.py", "digest"),
}  # fmt: skip


def place(old: str) -> re.Pattern[str]:
    """What finds a seed's line however the formatter has broken it: blanks and a last comma do not count."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    gaps = [r"\s*,?\s*" if after in ")]}" else r"\s*" for after in tokens[1:]]
    middle = "".join(re.escape(a) + gap for a, gap in zip(tokens, [*gaps, ""], strict=True))
    indent, end = re.match(r"[ \t]*", old), re.search(r"\n?$", old)
    assert indent is not None
    assert end is not None
    return re.compile((r"^[ \t]+" if indent[0] else "") + middle + end[0], re.MULTILINE)


def notices(copy: Path, bug: tuple[str, str, str, str, str]) -> tuple[bool, str]:
    """Whether a test fails with the bug in, and what pytest says last."""
    name, old, new, tests, chosen = bug
    file = copy / name
    sound = file.read_text("utf-8")
    assert place(old).search(sound), f"{name} has no {old!r}"
    file.write_text(place(old).sub(lambda _: new, sound), "utf-8")
    try:
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "--timeout=240", *tests.split(), *(["-k", chosen] if chosen else [])],
            cwd=copy, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        file.write_text(sound, "utf-8")
    assert done.returncode in (0, 1, 2), done.stdout[-2000:]
    lines = done.stdout.strip().splitlines()
    return done.returncode != 0, next(
        (line for line in lines if line.startswith(("FAILED", "ERROR"))), lines[-1] if lines else ""
    )


def main() -> int:
    """Seed and run; 1 when fewer than 95% are noticed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="bugs whose name holds these words")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "bite.json")
    options = parser.parse_args()
    kept = json.loads(options.out.read_text("utf-8"))["bugs"] if options.out.exists() else {}
    outcomes = {what: kept[what] for what in BUGS if what in kept}
    with tempfile.TemporaryDirectory(prefix="kmbite-") as folder:
        copy = Path(folder) / "copy"
        skipped = shutil.ignore_patterns(
            ".git", ".venv", "__pycache__", ".library", "*.egg-info", "dist"
        )
        shutil.copytree(ROOT, copy, ignore=skipped)
        for what, bug in BUGS.items():
            if options.only not in what:
                continue
            is_noticed, said = notices(copy, bug)
            outcomes[what] = said[:160] if is_noticed else "missed"
            print(f"{'noticed' if is_noticed else 'MISSED '}  {what}: {said[:110]}", flush=True)
    missed = [what for what, said in outcomes.items() if said == "missed"]
    share = 1 - len(missed) / max(1, len(outcomes))
    report = {
        "seeded": len(outcomes),
        "noticed": len(outcomes) - len(missed),
        "share": round(share, 3),
        "missed": missed,
        "bugs": outcomes,
    }
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(outcomes) - len(missed)} of {len(outcomes)} noticed")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
