"""The command line: the same verbs as the library, one module per command.

Commands are imported when they are called, so that ``carerates --help`` answers at once.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click

import carerates
from carerates.cli.options import loudness
from carerates.errors import CareratesError

# command -> module that defines `command`; the order is the order of the help page
_COMMANDS: dict[str, str] = {
    "report": "carerates.cli.report",
    "funnel": "carerates.cli.funnel",
    "fit": "carerates.cli.fit",
    "classify": "carerates.cli.classify",
    "peers": "carerates.cli.peers",
    "publish": "carerates.cli.publish",
    "check": "carerates.cli.check",
    "verify": "carerates.cli.verify",
    "sources": "carerates.cli.sources",
    "fetch": "carerates.cli.fetch",
    "cache": "carerates.cli.cache",
    "completion": "carerates.cli.completion",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = import_module(_COMMANDS[cmd_name]).command
        assert isinstance(found, click.Command)
        return found if isinstance(found, click.Group) else loudness(found)


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(carerates.__version__, prog_name="carerates")
def carerates_command() -> None:
    """Compare looked-after-children rates of local authorities in Wales and England.

    Exit codes: 0 all went well, 1 a check found a difference, 2 wrong options, 3 a file or publisher, 4 a
    table, 5 a model, 6 an output, 7 a missing extra, 130 stopped by you.  Commands that read FILE take - for
    standard input; `carerates completion bash` prints the script for your shell.
    """


def main() -> None:
    """Run the command line; errors of our own end with their message and their exit code."""
    try:
        code = carerates_command(prog_name="carerates", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CareratesError as error:
        if "--verbose" in sys.argv[1:]:
            traceback.print_exc()
        click.echo(f"carerates: {error}", err=True)
        sys.exit(error.exit_code)
    except (ValueError, TypeError) as error:
        # what a method says of a wrong argument is said of the option that gave it
        if "--verbose" in sys.argv[1:]:
            traceback.print_exc()
        click.echo(f"carerates: {error}", err=True)
        sys.exit(click.UsageError.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("carerates: stopped; nothing half-written was left behind", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
