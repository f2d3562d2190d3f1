"""Forks workers that take a credential from key to revocation, and kills each at another moment.

``python credential_nursery.py FOLDER SEED KILLS`` prints one JSON object. A moment is one Python event (call, return,
call of a C function) inside the service, so a kill can fall between any two system calls.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from credential_desk import PASSWORD, Desk, csr_for, named

from pyhncert.identify import load_credential, parse_crl
from pyhncert.services.credentials import key_file

INSIDE = ("/pyhncert/services/credentials/", "/pyhncert/keep/_disk.py", "/pyhncert/identify/_trial.py")


def work(desk: Desk, number: int) -> None:
    """One credential, from nothing or from wherever an earlier worker was killed."""
    subject, path = named(f"Người {number}"), desk.folder / f"{number}.pem"
    inventory = desk.open()
    known = [line for line in inventory.lines() if line.name == subject["common_name"]]
    if known:
        line = known[0]
    else:
        key = key_file(path, lambda: PASSWORD, kind="p-256")
        line = inventory.request(csr_for(key, subject), by="An", subject=subject, where=f"file:{path}")
    if line.state != "revoked":
        inventory.approve(line.id, by="Dung")
        inventory.issue(line.id, by="An")
    inventory.revoke(line.id, by="An", reason="superseded")


def killed_at(moment: int):
    """A profile function that ends the process, and counts."""
    left = [moment]

    def count(frame, _event, _argument):
        if any(part in frame.f_code.co_filename for part in INSIDE):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return count, left


def forked(desk: Desk, number: int, moment: int) -> bool:
    """Whether a worker that is killed at `moment` was."""
    child = os.fork()
    if child == 0:
        try:
            count, _ = killed_at(moment)
            sys.setprofile(count)
            work(desk, number)
        except BaseException as err:  # noqa: BLE001
            print(repr(err), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"worker failed at moment {moment} of {number}")
    return os.WIFSIGNALED(status)


def look(desk: Desk, number: int) -> str:
    """What a killed worker left is whole; says how far it had come."""
    lines = [line for line in desk.open().lines() if line.name == f"Người {number}"]
    path = desk.folder / f"{number}.pem"
    assert len(lines) <= 1
    if path.exists():
        assert path.stat().st_mode & 0o777 == 0o600 and b"ENCRYPTED" in path.read_bytes()
    if not lines:
        return "nothing"
    line = lines[0]
    assert path.exists(), "a request without its key"
    if b"CERTIFICATE" in path.read_bytes():
        assert line.certificate is not None, "a certificate that is in no inventory"
        assert load_credential(path, lambda: PASSWORD).certificate == line.certificate
    return line.state


def main() -> None:
    """Kills, looks, lets the next worker finish, looks again."""
    folder, seed, kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    desk, chance, seen = Desk(folder), random.Random(seed), Counter()
    count, left = killed_at(-1)
    sys.setprofile(count)
    work(desk, 0)
    sys.setprofile(None)
    moments = -1 - left[0]
    for number in range(1, kills + 1):
        killed = forked(desk, number, chance.randrange(1, moments + 1))
        seen[look(desk, number)] += 1
        seen["killed"] += killed
        work(desk, number)
        assert look(desk, number) == "revoked"
        assert b"CERTIFICATE" in (desk.folder / f"{number}.pem").read_bytes()
    lines = desk.open().lines()
    assert [line.id for line in lines] == [f"{n:04d}" for n in range(1, kills + 2)]
    assert len({line.serial for line in lines}) == kills + 1
    desk.inventory.settle()
    crl = parse_crl(desk.authority.crls()[0])
    assert all(crl.get_revoked_certificate_by_serial_number(line.serial) for line in lines)
    print(json.dumps({"moments": moments, **seen}))


if __name__ == "__main__":
    main()
