"""`emoscan completion`: the script that teaches a shell to complete emoscan's commands and options."""

from __future__ import annotations

import click

from emoscan.cli.run import OK


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print a completion script.

    In bash: eval "$(emoscan completion bash)"
    """
    from click.shell_completion import get_completion_class

    from emoscan.cli.app import COMPLETE, cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "emoscan", COMPLETE).source())
    return OK
