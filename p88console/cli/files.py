"""`export`: tables for spreadsheets, other programs and CT Live's own import."""

from __future__ import annotations

import json
from pathlib import Path

import click

from p88console.cli import output
from p88console.cli.face import NEEDS_PERSON, P88Command, face
from p88console.cli.params import OUR_ID
from p88console.domain.spreadsheet import csv_text
from p88console.runtime import exports
from p88console.runtime.exports import Export, Subject
from p88console.runtime.runtime import Runtime
from p88console.system.files import write_whole


@click.command(cls=P88Command)
@click.argument("subject", type=click.Choice([subject.value for subject in Subject]))
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), help="A file, instead of stdout."
)
@click.option(
    "--format", "kind", type=click.Choice(["csv", "json"]), help="csv, unless --json is given."
)
@click.option("--bom", is_flag=True, help="Begin with a UTF-8 mark, for spreadsheets that want it.")
def export(
    subject: str, event_id: int, target: Path | None, kind: str | None, *, bom: bool
) -> None:
    """Take a table of an event out as CSV or JSON.

    What a spreadsheet would compute is preceded by an apostrophe. Entries for ChronoTrack have
    the columns of CT Live's own import and always begin with a UTF-8 mark; exit 3 says that
    somebody should look at them first.

    Example: p88console export chronotrack-entries --event 1 -o entries.csv
    """

    async def work(runtime: Runtime) -> Export:
        return await exports.export(runtime, Subject(subject), event_id)

    made = face().run(work)
    entries = subject == Subject.CHRONOTRACK_ENTRIES
    if kind == "json" or (kind is None and face().json):
        text = json.dumps(list(made.documents), ensure_ascii=False, indent=2) + "\n"
    else:
        text = csv_text(made.columns, made.rows, bom=bom or entries)
    if target is None:
        output.raw(text)
    else:
        write_whole(target, text.encode())
        face().show({"path": str(target), "rows": len(made.rows)})
    for remark in made.remarks:
        output.note(remark)
    if made.remarks:
        raise SystemExit(NEEDS_PERSON)
