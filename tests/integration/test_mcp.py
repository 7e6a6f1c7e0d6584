"""The server for assistants, through the SDK's own client and through another program's, over stdin and stdout.

The guard of conftest.py is in force in the server's process too: not one internet socket is opened.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from tests.conftest import ROOT, Run

READING = {"ask", "search", "coverage", "sources", "outline", "section", "gaps", "check_draft"}
QUESTION = "How should we triage women who attend unscheduled?"
WAIT = 120.0
"""Seconds that a client waits for a server whose computer is busy."""


def command(library: Path, *options: str, embedder: str) -> StdioServerParameters:
    """How a client starts the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KMASSIST_")}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "kmassist", "--library", str(library), "mcp", *options],
        env={
            **kept,
            "KMASSIST_EMBEDDING__MODEL": embedder,
            "KMASSIST_CONFIG": str(library.parent / "no-such-settings.toml"),
        },
    )


@asynccontextmanager
async def connected(
    library: Path, *options: str, embedder: str = "hashing", mode: str = "legacy"
) -> AsyncIterator[Client]:
    """The SDK's client, connected to the real program."""
    start = stdio_client(command(library, *options, embedder=embedder))
    async with Client(start, mode=mode, read_timeout_seconds=WAIT) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> str:
    """The text of a call that succeeds."""
    result = await client.call_tool(tool, arguments)
    text = said(result)
    assert not result.is_error, text
    return text


def said(result: types.CallToolResult) -> str:
    """The words of a result."""
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


# -- on the demonstration corpus, with the model ------------------------------------------------------------------------


@pytest.mark.model
async def test_an_assistant_asks_reads_and_checks(sample_library: Path) -> None:
    async with connected(sample_library, embedder="default") as client:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == READING
        for tool in tools:
            assert tool.annotations
            assert tool.annotations.read_only_hint is True
            assert tool.annotations.open_world_hint is False
            assert tool.input_schema["additionalProperties"] is False
            assert tool.description
        first = await call(client, "ask", question=QUESTION)
        assert "“" in first
        assert "Missing: No kind of source that the question needs is wholly missing" in first
        lacking = await call(client, "ask", question="Does the OASI bundle reduce tears?")
        assert "Missing: None in this corpus (searched on" in lacking
        assert len(first) < 7_500
        second = await call(client, "ask", question=QUESTION, page=2)
        assert second.startswith(("#", ">"))
        assert second.rpartition("Missing:")[2] == first.rpartition("Missing:")[2]
        beyond = await client.call_tool("ask", {"question": QUESTION, "page": 99})
        assert beyond.is_error
        assert "no page 99" in said(beyond)
        assert await call(client, "coverage", question=QUESTION)
        draft = "After the OASI bundle third and fourth degree tears rose from 3.3% to 3.0% of births.\n"
        checked = await call(client, "check_draft", draft=draft)
        assert "differs in direction" in checked
        assert "evidence sentence: “" in checked
        found = await call(client, "search", question="interpreters", limit=3)
        doc = found.partition("<")[2].partition(":")[0]
        outline = await call(client, "outline", doc=doc)
        assert "1. " in outline
        section = await call(client, "section", doc=doc, section=1)
        assert "Section 1 of" in section


@pytest.mark.model
async def test_both_eras_of_the_protocol_get_the_same(sample_library: Path) -> None:
    texts = {}
    for mode in ("legacy", "2026-07-28"):
        async with connected(sample_library, embedder="default", mode=mode) as client:
            texts[client.protocol_version] = await call(client, "ask", question=QUESTION)
    assert "2026-07-28" in texts
    assert len(texts) == 2
    assert len(set(texts.values())) == 1


@pytest.mark.model
async def test_documents_are_listed_in_pages_and_prompts_are_filled(sample_library: Path) -> None:
    async with connected(sample_library, embedder="default") as client:
        first = await client.list_resources()
        assert len(first.resources) == 100
        assert first.next_cursor
        rest = await client.list_resources(cursor=first.next_cursor)
        uris = [held.uri for held in (*first.resources, *rest.resources)]
        assert len(uris) == len(set(uris)) > 100
        assert not rest.next_cursor
        templates = (await client.list_resource_templates()).resource_templates
        assert [t.uri_template for t in templates] == [
            "kmassist://documents/{doc_id}",
            "kmassist://briefs/{brief_id}",
        ]
        (content,) = (await client.read_resource(uris[0])).contents
        assert isinstance(content, types.TextResourceContents)
        assert "Missing: " in content.text
        prompts = (await client.list_prompts()).prompts
        assert {p.name for p in prompts} == {p.stem for p in (ROOT / "prompts").glob("*.md")}
        filled = await client.get_prompt("plain-summary", {"question": QUESTION})
        words = filled.messages[0].content
        assert isinstance(words, types.TextContent)
        assert QUESTION in words.text
        assert "[1]" in words.text


@pytest.mark.model
async def test_another_client_program_is_served(sample_library: Path) -> None:
    from fastmcp import Client as OtherClient
    from fastmcp.client.transports import StdioTransport

    start = command(sample_library, embedder="default")
    transport = StdioTransport(start.command, start.args, env=start.env)
    async with OtherClient(transport, timeout=WAIT, init_timeout=WAIT) as client:
        assert {tool.name for tool in await client.list_tools()} == READING
        answer = await client.call_tool("ask", {"question": QUESTION})
        assert "Missing: " in answer.content[0].text
        with pytest.raises(Exception, match="question"):
            await client.call_tool("ask", {"question": ""})


# -- what may not be shown ----------------------------------------------------------------------------------------------

AUDIT = """---
title: Home induction audit
source_type: AUD
evidence_date: 2026-03
issuer: Marlow Vale
topics: [IOL]
---
# Home induction audit

Home induction: 2 Black African women and 1 Traveller woman were transferred in labour. In home induction 3 of 41 women (7.3%) came back early.

In home induction all women were telephoned on the second day by a midwife.
"""
PAPER = """---
title: Outpatient induction of labour
source_type: PUB
published: '2021'
---
# Outpatient induction of labour

Women on home induction were transferred in labour as often as women in hospital.
"""
SECRETS = ("2 Black African", "1 Traveller", "3 of 41", "7.3%")


@pytest.fixture
def own(kmassist: Run, tmp_path: Path) -> Path:
    """A library of one local audit, which nobody marked as public, and one paper."""
    for name, text in (("audit/a.md", AUDIT), ("published/p.md", PAPER)):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    assert kmassist("add", str(tmp_path / "in")).code == 0
    return tmp_path / "library"


async def everything(client: Client) -> str:
    """All that the tools and resources of a small library tell."""
    question = "How many women on home induction were transferred in labour?"
    texts = [await call(client, tool, question=question) for tool in ("ask", "search", "coverage")]
    texts.append(await call(client, "sources"))
    draft = "In home induction some women came back early (Home induction audit).\nIn home induction 3 of 41 women came back."
    texts.append(await call(client, "check_draft", draft=draft, every_sentence=True))
    for held in (await client.list_resources()).resources:
        doc = held.uri.rpartition("/")[2]
        texts += [await call(client, "outline", doc=doc), await call(client, "section", doc=doc, section=1)]  # fmt: skip
        (content,) = (await client.read_resource(held.uri)).contents
        assert isinstance(content, types.TextResourceContents)
        texts.append(content.text)
    filled = await client.get_prompt("plain-summary", {"question": question})
    words = filled.messages[0].content
    assert isinstance(words, types.TextContent)
    return "\n".join([*texts, words.text]).replace(draft, "").replace(draft.split("\n")[1], "")


async def test_what_is_not_public_stays_unseen_and_is_counted(own: Path) -> None:
    async with connected(own) as client:
        told = await everything(client)
        assert "Outpatient induction of labour" in told
        assert "Traveller" not in told
        assert "telephoned" not in told
        assert "1 documents of the library may not be shown" not in told  # one document, one form
        assert "1 document of the library may not be shown here and was not used." in told


async def test_small_numbers_are_masked_in_what_may_be_shown(own: Path) -> None:
    async with connected(own, "--share", "nhs-internal") as client:
        told = await everything(client)
        assert "telephoned" in told
        assert not [secret for secret in SECRETS if secret in told]


async def test_errors_are_raised_and_say_what_to_do(own: Path) -> None:
    async with connected(own) as client:
        with pytest.raises(MCPError, match=r"no tool 'forget'.*ask, search"):
            await client.call_tool("forget", {})
        with pytest.raises(MCPError, match="may be shown"):
            await client.read_resource("kmassist://documents/d00000000")
        with pytest.raises(MCPError, match="no template"):
            await client.get_prompt("nosuch", {"question": QUESTION})
        for tool, arguments in (
            ("ask", {"question": "x"}),
            ("ask", {"question": QUESTION, "nonsense": 1}),
            ("section", {"doc": "nosuch", "section": 1}),
            ("gaps", {"stage": "sideways"}),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert "Traceback" not in said(result)


# -- writing ------------------------------------------------------------------------------------------------------------


async def test_it_writes_only_when_it_was_told_to(own: Path, kmassist: Run) -> None:
    async with connected(own) as client:
        with pytest.raises(MCPError, match="no tool 'open_gap'"):
            await client.call_tool("open_gap", {"title": "Waits at night", "role": "matron"})
    async with connected(own, "--allow-writes") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == READING | {"open_gap", "log_search"}
        writing = tools["open_gap"].annotations
        assert writing
        assert writing.read_only_hint is False
        assert writing.destructive_hint is False
        opened = await call(client, "open_gap", title="Waits at night are not known", role="matron")
        assert "gap 1" in opened
        await call(
            client, "log_search", question=QUESTION, databases=["MEDLINE"], strategy="triage AND maternity", role="librarian",
        )  # fmt: skip
        refused = await client.call_tool(
            "open_gap", {"title": "Mrs Jane Doe, NHS number 943 476 5919, was sent home", "role": "matron"}
        )  # fmt: skip
        assert refused.is_error
        assert "personal data" in said(refused)
        assert "Waits at night" in await call(client, "gaps")
        assert kmassist("gaps", "add", "Others may write meanwhile").code == 0
        assert "Others may write" in await call(client, "gaps")
    kept = kmassist("gaps", "list", "--json").json
    assert [gap["raised_by"] for gap in kept] == ["matron, through an assistant", ""]
    assert len(kmassist("searches", "list", "--json").json) == 1


async def test_a_brief_is_shown_when_its_readers_may_see_no_more(own: Path, kmassist: Run) -> None:
    for audience in ("public", "commissioner"):
        assert kmassist("brief", "Home induction of labour?", "--for", audience, "--keep").code == 0
    async with connected(own) as client:
        briefs = [r.uri for r in (await client.list_resources()).resources if "/briefs/" in r.uri]
        assert len(briefs) == 1
        (content,) = (await client.read_resource(briefs[0])).contents
        assert isinstance(content, types.TextResourceContents)
        assert "Traveller" not in content.text


# -- what ships ---------------------------------------------------------------------------------------------------------


def test_the_published_description_is_of_this_version() -> None:
    body = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    (package,) = body["packages"]
    assert body["version"] == package["version"] == version("kmassist")
    assert package["transport"] == {"type": "stdio"}
    assert len(body["description"]) <= 100
    assert f"kmassist[mcp]=={body['version']}" in json.dumps(package["runtimeArguments"])


def test_the_published_description_is_what_the_registry_asks_for() -> None:
    """The rules of its schema of 2025-12-11 that apply here, and how it makes sure of a Python package's owner."""
    body = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    assert "/2025-12-11/" in body["$schema"]
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", body["name"])
    assert all(1 <= len(body[key]) <= 100 for key in ("title", "description"))
    (package,) = body["packages"]
    assert {"registryType", "identifier", "transport", "runtimeHint"} <= package.keys()
    kinds = {"string", "number", "boolean", "filepath"}
    for argument in (*package["runtimeArguments"], *package["packageArguments"]):
        assert argument["type"] in {"named", "positional"}
        assert {"named": argument.get("name"), "positional": argument.get("value")}[
            argument["type"]
        ]
        assert set(argument.get("choices", [])) >= {argument.get("default")} - {None}
    for variable in package["environmentVariables"]:
        assert variable["name"]
        assert variable.get("format", "string") in kinds
    assert f"mcp-name: {body['name']}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_missing_extra_answers_with_its_command(own: Path) -> None:
    script = (
        "import sys; sys.modules['mcp'] = None\n"
        f"from kmassist.cli import run; sys.exit(run(['--library', {str(own)!r}, 'mcp']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False,
        env={**os.environ, "KMASSIST_EMBEDDING__MODEL": "hashing"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pip install 'kmassist[mcp]'" in done.stderr
    assert not done.stdout
