"""`partner` and `account`: who we time for, and their sign-ins at providers."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import click

from p88console.cli import output
from p88console.cli.face import DONE, FAILED, P88Group, face
from p88console.cli.params import OUR_ID, pairs
from p88console.domain.credentials import WAYS
from p88console.domain.errors import ProviderFault, UsageFault, VaultFault
from p88console.domain.model import Provider
from p88console.runtime import present, tenancy
from p88console.runtime.runtime import Runtime
from p88console.store.tenancy import tenants

ACCOUNT_COLUMNS: output.Columns = {
    "Id": "id",
    "Partner": "partner_id",
    "Provider": lambda row: Provider(row["provider"]).title,
    "Label": "label",
    "Held": "held_reason",
}


@click.group(cls=P88Group)
def partner() -> None:
    """Timing partners: the companies whose races are timed."""


@partner.command("add")
@click.argument("name")
def partner_add(name: str) -> None:
    """Add a timing partner.

    Example: p88console partner add "Front Range Timing"
    """

    async def work(runtime: Runtime) -> object:
        return present.partner(await tenancy.add_partner(runtime, name))

    face().show(face().run(work))


@partner.command("list")
def partner_list() -> None:
    """List timing partners.

    Example: p88console partner list --json
    """

    async def work(runtime: Runtime) -> object:
        return [present.partner(row) for row in await runtime.db.read(tenants.partners)]

    face().show(face().run(work), {"Id": "id", "Name": "name"})


@click.group(cls=P88Group)
def account() -> None:
    """Accounts: a partner's sign-ins at providers; secrets go to the keyring."""


@account.command("add")
@click.option("--partner", "partner_id", type=OUR_ID, required=True, help="Whose account it is.")
@click.option(
    "--provider",
    type=click.Choice([provider.value for provider in Provider]),
    required=True,
    help="Where it signs in.",
)
@click.option("--label", help="What to call it on screen.")
@click.option("--base-url", help="Another host: scheme, host and port only.")
@click.option("--option", "options", multiple=True, metavar="K=V", help="A setting; may repeat.")
@click.option("--secrets-stdin", is_flag=True, help="Read the secrets as a JSON object from stdin.")
def account_add(
    partner_id: int,
    provider: str,
    label: str | None,
    base_url: str | None,
    options: tuple[str, ...],
    *,
    secrets_stdin: bool,
) -> None:
    """Add an account; its secrets are read from stdin or asked for, never from arguments.

    Example: p88console account add --partner 1 --provider copernico --secrets-stdin < key.json
    """

    async def work(runtime: Runtime) -> object:
        added = await tenancy.add_account(
            runtime,
            partner_id,
            Provider(provider),
            _secrets(Provider(provider), from_stdin=secrets_stdin),
            label=label,
            base_url=base_url,
            options=pairs(options, "option"),
        )
        return present.account(added)

    face().show(face().run(work))


def _secrets(provider: Provider, *, from_stdin: bool) -> dict[str, str]:
    """The secrets as name → value. Raises `UsageFault` when they are no JSON object."""
    if not from_stdin:
        if not sys.stdin.isatty():
            raise UsageFault(
                "nobody is here to type the secrets",
                "this is no terminal",
                "pass them as a JSON object: --secrets-stdin",
            )
        return _typed(provider)
    try:
        read = json.loads(sys.stdin.read())
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(
        isinstance(value, str | int) for value in read.values()
    ):
        raise UsageFault(
            "the secrets are no JSON object of texts", hint='for example {"api_key": "…"}'
        )
    return {str(name): str(value) for name, value in read.items()}


def _typed(provider: Provider) -> dict[str, str]:
    """Ask for each secret by its name; nothing that is typed is shown."""
    ways = WAYS[provider]
    way = ways[0]
    if len(ways) > 1:
        for number, one in enumerate(ways, 1):
            output.note(f"{number}  {one.name}: {', '.join(one.needed)}")
        chosen = click.prompt("Sign in by", type=click.IntRange(1, len(ways)), default=1, err=True)
        way = ways[chosen - 1]
    typed = {name: click.prompt(name, hide_input=True, err=True) for name in way.needed}
    for name in way.optional:
        typed[name] = click.prompt(
            f"{name} (enter: none)", hide_input=True, default="", show_default=False, err=True
        )
    return {name: value for name, value in typed.items() if value}


@account.command("secrets")
@click.argument("account_id", type=OUR_ID, metavar="ID")
@click.option("--secrets-stdin", is_flag=True, help="Read the secrets as a JSON object from stdin.")
def account_secrets(account_id: int, *, secrets_stdin: bool) -> None:
    """Give an account other secrets, or those that a restored backup could not bring along.

    Example: p88console account secrets 1 --secrets-stdin < runsignup.json
    """

    async def work(runtime: Runtime) -> object:
        account = await runtime.db.read(tenants.account, account_id)
        secrets = _secrets(account.provider, from_stdin=secrets_stdin)
        return present.account(await tenancy.set_secrets(runtime, account_id, secrets))

    face().show(face().run(work))


@account.command("list")
def account_list() -> None:
    """List accounts; nothing secret is shown.

    Example: p88console account list
    """

    async def work(runtime: Runtime) -> object:
        return [present.account(row) for row in await runtime.db.read(tenants.accounts)]

    face().show(face().run(work), ACCOUNT_COLUMNS)


@account.command("test")
@click.argument("account_id", type=OUR_ID, metavar="ID")
def account_test(account_id: int) -> None:
    """Make one harmless call and say whether the account works.

    Example: p88console account test 1
    """

    async def work(runtime: Runtime) -> dict[str, object]:
        try:
            detail, offset = await tenancy.test_account(runtime, account_id)
        except (ProviderFault, VaultFault) as fault:
            told = {"ok": False, "detail": str(fault), "clock_offset_s": None}
            return told | {"error": fault.as_dict()}
        return {"ok": True, "detail": detail, "clock_offset_s": offset}

    tested = face().run(work)
    offset = tested["clock_offset_s"]
    if isinstance(offset, float) and abs(offset) > CLOCK_WARNING.total_seconds():
        tested["detail"] = f"{tested['detail']}; its clock is {offset:+.0f} s from ours"
    face().show(tested)
    raise SystemExit(DONE if tested["ok"] else FAILED)


CLOCK_WARNING = timedelta(seconds=2)
"""A provider's clock that is further off than this is told."""


@account.command("remove")
@click.argument("account_id", type=OUR_ID, metavar="ID")
def account_remove(account_id: int) -> None:
    """Take an account out of use and forget its secrets; what it mirrored stays.

    Example: p88console account remove 3
    """

    async def work(runtime: Runtime) -> object:
        return present.account(await tenancy.remove_account(runtime, account_id))

    face().show(face().run(work))
