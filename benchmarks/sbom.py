"""Write the list of everything that is installed with kmassist (CycloneDX) to docs/sbom.json. Works offline.

    pip install cyclonedx-bom          # in an environment of its own: it is no dependency of kmassist
    python benchmarks/sbom.py [--tool PATH/cyclonedx-py] [--python .venv/bin/python] [--out docs/sbom.json]

The tool looks at the installed environment; what only tests and other extras bring is taken out, and so is where a package
was fetched from, which says something about this computer and nothing about the package.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def prune(bom: dict[str, Any], direct: set[str]) -> dict[str, Any]:
    """The list with what the root needs at run time alone, without places of download."""
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bom["dependencies"]}
    names = {component["bom-ref"]: _plain(component["name"]) for component in bom["components"]}
    root = bom["metadata"]["component"]["bom-ref"]
    needs[root] = [ref for ref in needs.get(root, []) if names.get(ref) in direct]
    kept: set[str] = set()
    waiting = [root]
    while waiting:
        ref = waiting.pop()
        if ref not in kept:
            kept.add(ref)
            waiting += needs.get(ref, [])
    for component in bom["components"]:
        component.pop("properties", None)
        component.pop("externalReferences", None)
        component["purl"] = re.sub(r"\?.*$", "", component.get("purl", ""))
    bom["metadata"]["component"].pop("externalReferences", None)
    bom["components"] = [
        component for component in bom["components"] if component["bom-ref"] in kept
    ]
    bom["dependencies"] = [
        {"ref": ref, "dependsOn": sorted(needs.get(ref, []))} for ref in sorted(kept)
    ]
    return bom


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def main() -> int:
    """Run the tool and write its pruned answer."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tool", default="cyclonedx-py")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "sbom.json")
    options = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct = {
        _plain(re.split(r"[^\w.-]", need.strip(), maxsplit=1)[0])
        for need in project["dependencies"]
    }
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "sbom.json"
        command = [
            options.tool,
            "environment",
            options.python,
            "--pyproject",
            str(ROOT / "pyproject.toml"),
        ]
        try:
            subprocess.run(
                [*command, "--output-reproducible", "--of", "JSON", "-o", str(whole)], check=True
            )
        except FileNotFoundError:
            print(
                "cyclonedx-py is not here: install cyclonedx-bom in an environment of its own and give --tool.",
                file=sys.stderr,
            )
            return 1
        bom = prune(json.loads(whole.read_text("utf-8")), direct)
    options.out.write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(
        f"{len(bom['components'])} packages in {options.out.name}, {len(direct)} of them asked for by kmassist itself"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
