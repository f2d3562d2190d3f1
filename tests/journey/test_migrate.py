"""`hncert migrate`: a running office moves from a file and a folder to PostgreSQL and S3, and copies stay valid."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from pgserver import OWNER

sys.path.insert(0, str(Path(__file__).parents[1] / "keep"))  # `import s3_double`


@pytest.fixture
def database(postgres):
    name = postgres.database("moved")
    yield name
    postgres.drop(name)


@pytest.fixture
def bucket():
    from s3_double import serving

    with serving() as server:
        name = server.bucket()
        yield f'objects = "objects"\ns3 = {{bucket = "{name}", endpoint = "{server.endpoint}", retries = 0}}'


def plan(office, tmp_path, register, store=""):
    """The office.toml to come."""
    text = (office / "office.toml").read_text("utf-8")
    text = text.replace('file = "register.sqlite"', f"url = {json.dumps(register)}")
    file = tmp_path / "new.toml"
    file.write_text(text + store, "utf-8")
    return file


def test_an_office_moves_to_a_database_server_and_to_s3_and_its_copies_stay_valid(
    hncert, postgres, database, bucket, new_folder, small, tmp_path
):
    def run(*arguments, **environment):
        return hncert("--office", new_folder, *arguments, **environment)

    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    assert run("certify", small, "-o", first, "--yes").code == 0
    url = postgres.url(database)
    file = plan(new_folder, tmp_path, url)
    file.write_text(file.read_text("utf-8").replace('objects = "objects"', bucket), "utf-8")
    broken = file.read_text("utf-8").replace('level = "B-LT"', 'level = "B-B"')
    (tmp_path / "other.toml").write_text(broken, "utf-8")
    refused = run("migrate", tmp_path / "other.toml", LANG="en_US.UTF-8")
    assert refused.code == 2 and "in register and store only" in refused.err
    weak = run("migrate", file, LANG="en_US.UTF-8")
    assert weak.code == 18 and "may not do this" in weak.err
    assert run("register", "list").code == 0

    done = run("migrate", file, "--as", OWNER, "--wait", "0", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    rows = {table["name"]: table["rows"] for table in report["tables"]}
    assert (report["format"], rows["act"], rows["event"]) == ("hncert/migration", 1, 5)
    assert report["objects"]["count"] == len([p for p in (new_folder / "objects").rglob("*") if p.is_file()])
    assert (new_folder / "office.toml").read_bytes() == file.read_bytes()

    assert run("verify", first).code == 0
    last = run("certify", small, "-o", second, "--yes")
    assert last.code == 0, last.err
    listed = run("register", "list", "--json")
    assert [line["number"] for line in json.loads(listed.out)] == [1, 2]
    assert run("doctor").code == 0
    (new_folder / "office.toml").write_bytes((new_folder / "office.toml.before").read_bytes())
    old = run("certify", small, "-o", tmp_path / "c.pdf", "--yes", LANG="en_US.UTF-8")
    assert old.code == 18 and "has moved to another place" in old.err
    again = run("migrate", file, "--as", OWNER, LANG="en_US.UTF-8")
    assert again.code == 18 and "nothing was switched" in again.err, "the new register is in use: it is left alone"
