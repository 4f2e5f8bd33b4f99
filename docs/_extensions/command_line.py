"""The page of the command line: what each command's own help says."""

from __future__ import annotations

import click

from carerates.cli import carerates_command


def make_page() -> str:
    """Return the page, in the order of `carerates --help`."""
    context = click.Context(carerates_command, info_name="carerates", **carerates_command.context_settings)
    parts = [
        "# Command line\n",
        "Made from the commands' own help. Every command ends with 0 when it did its work, 2 for a wrong option, "
        "130 when interrupted, and otherwise with the number of the kind of error: see [errors](../../how-to/errors.md).\n",
        _help(carerates_command, context),
    ]
    for name in carerates_command.list_commands(context):
        command = carerates_command.get_command(context, name)
        assert command is not None
        parts += _section(command, name, context, "##")
    return "\n".join(parts)


def _section(command: click.Command, name: str, parent: click.Context, marks: str) -> list[str]:
    """Return the heading and help of a command, and of those below it."""
    context = click.Context(command, info_name=name, parent=parent)
    lines = [f"{marks} {context.command_path}\n", _help(command, context)]
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            lines += _section(found, below, context, marks + "#")
    return lines


def _help(command: click.Command, context: click.Context) -> str:
    """Return the help as it is printed, 88 wide whatever the terminal."""
    context.terminal_width = context.max_content_width = 88
    return f"```text\n{command.get_help(context)}\n```\n"
