"""Completion in PowerShell, for which click brings none; bash, zsh and fish are click's own."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from kmassist.cli.options import OneOf

VARIABLE = "_KMASSIST_COMPLETE"
"""Environment variable by which a shell asks for completions."""


@add_completion_class
class PowerShellComplete(ShellComplete):
    """Answers with a line for each completion: what is put in, a tab, what it means.

    Files and folders are left out: PowerShell completes paths by itself where nothing else is offered.
    """

    name: ClassVar[str] = "powershell"
    source_template: ClassVar[str] = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $ast, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_WORDS = $ast.ToString()
    $env:COMP_CWORD = $word
    try {
        %(prog_name)s | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $help)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being written, and that one."""
        incomplete = os.environ.get("COMP_CWORD", "")
        written = split_arg_string(os.environ["COMP_WORDS"])[1:]
        if incomplete and written and written[-1] == incomplete:
            written.pop()
        return written, incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """Without what PowerShell completes itself."""
        found = super().get_completions(args, incomplete)
        return [item for item in found if item.type == "plain"]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A tooltip is never empty: PowerShell refuses that."""
        value = f"'{item.value}'" if " " in item.value else str(item.value)
        return f"{value}\t{' '.join((item.help or item.value).split())}"


@click.command()
@click.argument("shell", type=OneOf(["bash", "zsh", "fish", "powershell"]))
def completion_command(shell: str) -> int:
    """Print the completion script.

    For bash: eval "$(kmassist completion bash)". For PowerShell, in $PROFILE: kmassist completion powershell | Out-String | Invoke-Expression
    """
    from kmassist.cli import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "kmassist", VARIABLE).source())
    return 0
