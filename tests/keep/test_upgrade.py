"""A running office is upgraded: the old process has a copy in flight, the new one works beside it, no act is lost."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pgserver import OWNER

from pyhncert import keep
from pyhncert.errors import StorageFault
from pyhncert.keep import _create, _database

RUNNING = Path(__file__).with_name("running.py")
NEXT = "9999"
STEP = f'''
"""The release after this one: a column more, and a table."""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{_database.SCHEMA}"


def upgrade():
    op.add_column("act", sa.Column("next_release", sa.Text))
    op.add_column("job", sa.Column("next_release", sa.Text))
    op.create_table("next_release", sa.Column("act_id", sa.Text, sa.ForeignKey("act.id"), primary_key=True))
    op.execute("INSERT INTO next_release (act_id) SELECT id FROM act")


def downgrade():
    op.drop_table("next_release")
    op.drop_column("job", "next_release")
    op.drop_column("act", "next_release")
'''


def test_no_statement_of_the_register_takes_whatever_columns_there_are():
    """The server keeps its plans, and refuses those whose answer would change when a column is added."""
    for path in Path(keep.__file__).parent.glob("*.py"):
        source = path.read_text("utf-8").replace("``SELECT *``", "")
        assert not re.search(r"(SELECT|RETURNING) (\w+\.)?\*", source), path


def start(place, folder, *more):
    line = [sys.executable, str(RUNNING), str(place), str(folder), *(more or ("", "", ""))]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process):
    line = process.stdout.readline()
    assert line, process.stderr.read()[-2000:]
    return line.split()


def ended(process):
    out, err = process.communicate("go on\n", timeout=60)
    assert process.returncode == 0, err[-2000:]
    return out.split()


def test_old_and_new_process_work_side_by_side_with_copies_in_flight(tmp_path, make, medium, monkeypatch):
    place = make(tmp_path, keep.BookSettings(unit="U"))
    (tmp_path / "objects").mkdir()
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "r9999_next.py").write_text(STEP, "utf-8")
    owner = OWNER if medium == "postgresql" else ""

    old = start(place, tmp_path)
    assert said(old) == ["in", "flight", "1"]
    new = start(place, tmp_path, owner, str(steps), NEXT)
    assert said(new) == ["in", "flight", "2"], "the old one's act is left alone"
    assert ended(old) == ["done", "3"], "a process of the old software ends its act, and does another"
    assert ended(new) == ["done", "4"]

    facts = {
        "clock": lambda: dt.datetime.now(dt.UTC),
        "randomness": os.urandom,
        "holder_folder": tmp_path / "work" / "holders",
        "store": keep.FolderStore(tmp_path / "objects"),
    }
    with pytest.raises(StorageFault, match=f"has schema {NEXT}, this software needs.*install the newer software"):
        keep.Register(place, **facts)
    monkeypatch.setattr(_database, "SCHEMA", NEXT)
    monkeypatch.setattr(_create, "STEPS", [*_create.STEPS, steps])
    with keep.Register(place, **facts) as register:
        assert register.recover() == keep.Recovered()
        assert [(line.number, line.state) for line in register.lines()] == [(n, "registered") for n in (1, 2, 3, 4)]
        assert register.check() == ()
        assert set(facts["store"].digests()) == {line.file_digest.hex() for line in register.lines()}


def test_an_old_process_that_dies_over_its_act_is_settled_by_the_new_one(tmp_path, make, medium):
    place = make(tmp_path, keep.BookSettings(unit="U"))
    (tmp_path / "objects").mkdir()
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "r9999_next.py").write_text(STEP, "utf-8")
    old = start(place, tmp_path)
    assert said(old) == ["in", "flight", "1"]
    old.kill()
    old.communicate()
    new = start(place, tmp_path, OWNER if medium == "postgresql" else "", str(steps), NEXT)
    assert said(new) == ["in", "flight", "2"]
    assert ended(new) == ["done", "3"]
    from mediums import tamper

    states = tamper(place, "SELECT number, state FROM act ORDER BY number")
    assert [tuple(row) for row in states] == [(1, "voided"), (2, "registered"), (3, "registered")]
