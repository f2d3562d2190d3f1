"""A copy is shared by its holder and opened by a bank, by library and by command."""

from __future__ import annotations

import json

import pytest

from pyhncert.errors import NotFound, StorageFault, TooMany, UsageFault
from pyhncert.keep import ByHolder, ByOfficer, NewGrant

OFFICER = ("--officer", "Nguyễn Văn An", "--word", "chị Đào, có căn cước")


@pytest.fixture(scope="module")
def copy(office, small, officer):
    return office.certify([small], decide=officer)


def test_a_holder_shares_and_a_third_party_sees_what_was_granted_and_no_more(office, copy):
    holder = ByHolder(secret=copy.holder_secret)
    grant, token = office.shares.grant(
        copy.code, NewGrant(purpose="banking", shows=("line", "copy", "field:*")), by=holder
    )
    seen = office.shares.open(token, who="Ngân hàng A", purpose="vay", address="203.0.113.40")
    assert seen.copy == copy.pdf and seen.receipt == office.receipt(copy.code) and seen.state == "registered"
    assert seen.line["number"] == copy.number and "requester" not in seen.line
    assert seen.fields
    (held,) = (g for g in office.shares.list(copy.code, by=holder) if g.id == grant.id)
    assert [view.who for view in held.views] == ["Ngân hàng A"]
    name = next(iter(seen.fields))
    _, token = office.shares.grant(copy.code, NewGrant(purpose="banking", shows=(f"field:{name}",)), by=holder)
    seen = office.shares.open(token, who="B", purpose="vay", address="")
    assert (seen.copy, seen.line, seen.receipt, list(seen.fields)) == (None, None, None, [name])
    with pytest.raises(UsageFault, match="the copy has no field 'xyz'; it has: "):
        office.shares.grant(copy.code, NewGrant(purpose="banking", shows=("field:xyz",)), by=holder)


def test_unknown_used_expired_and_revoked_tokens_and_wrong_secrets_get_one_answer(office, copy):
    holder = ByHolder(secret=copy.holder_secret)
    _, used = office.shares.grant(copy.code, NewGrant(purpose="banking", shows=("copy",)), by=holder)
    office.shares.open(used, who="A", purpose="vay", address="")
    grant, revoked = office.shares.grant(copy.code, NewGrant(purpose="banking", shows=("copy",)), by=holder)
    office.shares.revoke(copy.code, grant.id, by=holder)
    answers = set()
    for token in (used, revoked, "0" * 30, "nonsense"):
        with pytest.raises(NotFound) as caught:
            office.shares.open(token, who="A", purpose="vay", address="")
        answers.add((caught.value.en, caught.value.vi, caught.value.hint_en, repr(caught.value.report)))
    assert len(answers) == 1
    answers = set()
    for code, secret in ((copy.code, used), ("0" * 15, copy.holder_secret)):
        with pytest.raises(NotFound) as caught:
            office.shares.list(code, by=ByHolder(secret=secret))
        answers.add(caught.value.en.replace(code, "CODE"))
    assert len(answers) == 1
    with pytest.raises(TooMany):
        for _ in range(11):
            with pytest.raises(NotFound):
                office.shares.open("0" * 30, who="A", purpose="vay", address="203.0.113.41")


def test_what_was_erased_is_granted_no_more(new_folder, small, officer):
    import pyhncert

    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer)
    by = ByOfficer(name="An", word="chị Đào")
    office.register.erase(copy.code, "yêu cầu", classes=["copy"])
    for shows in (("copy",), ("field:*",), ("line", "copy")):
        with pytest.raises(UsageFault, match=r"the office has no copy .* any more"):
            office.shares.grant(copy.code, NewGrant(purpose="notary", shows=shows), by=by)
    _, token = office.shares.grant(copy.code, NewGrant(purpose="notary", shows=("line",)), by=by)
    assert office.shares.open(token, who="A", purpose="vay", address="").line["number"] == copy.number


def test_a_copy_that_cannot_be_read_costs_no_use(new_folder, small, officer):
    import pyhncert

    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer)
    by = ByOfficer(name="An", word="chị Đào")
    _, token = office.shares.grant(copy.code, NewGrant(purpose="notary", shows=("copy",)), by=by)
    office.store.delete(copy.file_digest)
    with pytest.raises(StorageFault, match="no such object"):
        office.shares.open(token, who="A", purpose="vay", address="")
    office.store.put(copy.pdf)
    assert office.shares.open(token, who="A", purpose="vay", address="").copy == copy.pdf
    assert [grant.made_by for grant in office.shares.list(copy.code, by=by)] == ["officer: An (chị Đào)"]


def test_the_command_goes_the_whole_way(copy, hncert, tmp_path):
    holder = {"HNCERT_HOLDER_SECRET": copy.holder_secret}
    made = hncert("share", "grant", copy.code, "--purpose", "banking", "--to", "Ngân hàng A", "--json", **holder)
    assert made.code == 0, made.err
    token = json.loads(made.out)["token"]
    opened = hncert("share", "open", "-", "--who", "A", "--purpose", "vay", "--json", data=f"{token}\n".encode())
    assert opened.code == 0, opened.err
    shown = json.loads(opened.out)
    assert (shown["state"], shown["uses_left"]) == ("registered", 0)
    assert (tmp_path / shown["file"]).read_bytes() == copy.pdf
    again = hncert("share", "open", token, "--who", "A", "--purpose", "vay", "--lang", "vi")
    assert (again.code, again.out) == (8, b"") and "không mở được" in again.err
    listed = hncert("share", "list", copy.code, "--json", **holder)
    grant = next(g for g in json.loads(listed.out) if g["recipient"] == "Ngân hàng A")
    assert (grant["state"], grant["views"][0]["who"]) == ("used", "A")
    assert "A\tvay" in hncert("share", "list", copy.code, *OFFICER).out.decode()
    assert hncert("share", "list", copy.code).code == 2
    late = json.loads(hncert("share", "grant", copy.code, "--purpose", "notary", "--json", *OFFICER).out)
    assert hncert("share", "revoke", copy.code, late["id"], *OFFICER).code == 0
    assert hncert("share", "open", late["token"], "--who", "A", "--purpose", "x").code == 8
    fresh = hncert("share", "secret", copy.code, *OFFICER).out.decode().strip()
    assert hncert("share", "list", copy.code, **holder).code == 8
    assert hncert("share", "list", copy.code, HNCERT_HOLDER_SECRET=fresh).code == 0
