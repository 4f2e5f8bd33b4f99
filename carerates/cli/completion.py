"""``carerates completion``: names and options of commands at the press of a key."""

from __future__ import annotations

import click


@click.command(name="completion", short_help="Print the script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that makes SHELL complete commands and options.

    \b
    Examples:
      carerates completion bash >> ~/.bashrc
      carerates completion zsh >> ~/.zshrc
      carerates completion fish > ~/.config/fish/completions/carerates.fish
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from click.shell_completion import get_completion_class

    from carerates.cli import carerates_command

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(carerates_command, {}, "carerates", "_CARERATES_COMPLETE").source())
