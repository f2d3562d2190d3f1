"""What an S3 server does to us, and what we say then."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pyhncert import keep
from pyhncert.errors import MissingDependency, StorageFault

DAY = dt.datetime(2046, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def bucket(s3):
    return s3.bucket()


@pytest.fixture
def remote(s3, bucket):
    return keep.S3Store(bucket, endpoint=s3.endpoint, timeout_s=2, retries=1)


@contextmanager
def answering(status, body=b"", headers=(), first=None):
    """A server that answers everything alike, but for the `first` answer; yields its address and what it was sent."""
    seen = []

    class Answers(BaseHTTPRequestHandler):
        def reply(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append((self.command, dict(self.headers)))
            self.send_response(first if first and len(seen) == 1 else status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = reply  # noqa: N815  names of the library

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_an_object_is_put_if_absent_with_its_checksum(s3):
    with answering(200, headers=[("ETag", '"x"')]) as (endpoint, seen):
        keep.S3Store("b", endpoint=endpoint).put(b"copy")
    (sent,) = seen
    headers = {name.lower(): value for name, value in sent[1].items()}
    assert sent[0] == "PUT" and headers["if-none-match"] == "*"
    assert "x-amz-checksum-sha256" in headers


def test_putting_twice_keeps_one_version(s3):
    name = s3.bucket(lock=True)  # a bucket with versions
    store = keep.S3Store(name, endpoint=s3.endpoint)
    digest = store.put(b"copy")
    assert store.put(b"copy") == digest
    assert s3.held(name) == {f"{digest[:2]}/{digest}": [b"copy"]}


@pytest.mark.parametrize("mode", ["governance", "compliance"])
def test_a_locked_object_outlives_its_deletion(s3, mode):
    name = s3.bucket(lock=True)
    store = keep.S3Store(name, endpoint=s3.endpoint, lock=mode)
    digest = store.put(b"copy", locked_until=DAY)
    loose = store.put(b"other")
    (version,) = s3.versions(name, f"{digest[:2]}/{digest}")
    assert (version.lock_mode, version.lock_until) == (mode.upper(), "2046-01-02T00:00:00Z")
    (other,) = s3.versions(name, f"{loose[:2]}/{loose}")
    assert other.lock_mode is None
    assert store.delete(digest) is True
    assert not store.has(digest)
    assert s3.held(name)[f"{digest[:2]}/{digest}"] == [b"copy"]
    assert store.put(b"copy") == digest
    assert store.get(digest) == b"copy"


def test_an_object_that_is_there_without_a_lock_gets_it(s3):
    name = s3.bucket(lock=True)
    store = keep.S3Store(name, endpoint=s3.endpoint)
    digest = store.put(b"copy")
    assert store.put(b"copy", locked_until=DAY) == digest
    *_, last = s3.versions(name, f"{digest[:2]}/{digest}")
    assert (last.lock_mode, last.value) == ("GOVERNANCE", b"copy")
    assert store.put(b"copy") == digest and store.get(digest) == b"copy"
    assert len(s3.versions(name, f"{digest[:2]}/{digest}")) == 2


def test_a_lock_travels_in_signed_headers(s3):
    with answering(200, headers=[("ETag", '"x"')]) as (endpoint, seen):
        keep.S3Store("b", endpoint=endpoint).put(b"copy", locked_until=DAY)
    signed = {name.lower(): value for name, value in seen[0][1].items()}["authorization"]
    assert "x-amz-object-lock-mode" in signed and "x-amz-object-lock-retain-until-date" in signed


def test_a_fault_that_passes_is_not_seen(s3):
    with answering(200, headers=[("ETag", '"x"')], first=503) as (endpoint, seen):
        keep.S3Store("b", endpoint=endpoint, timeout_s=2, retries=2).put(b"copy")
    assert len(seen) == 2


CALLS = {
    "put": lambda store: store.put(b"copy"),
    "get": lambda store: store.get("0" * 64),
    "has": lambda store: store.has("0" * 64),
    "delete": lambda store: store.delete("0" * 64),
    "digests": lambda store: list(store.digests()),
    "check": lambda store: store.check(),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_is_away_is_said_in_words(s3, call):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        store = keep.S3Store("b", endpoint=endpoint, timeout_s=0.5, retries=0)
        with pytest.raises(StorageFault, match="does not answer") as caught:
            CALLS[call](store)
    assert caught.value.exit_code == 18
    assert "không trả lời" in caught.value.vi


def test_a_server_that_says_nothing_is_given_up_after_the_timeout(s3):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        store = keep.S3Store("b", endpoint=f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout_s=0.3, retries=0)
        with pytest.raises(StorageFault, match="does not answer"):
            store.get("0" * 64)


@pytest.mark.parametrize("call", CALLS)
def test_an_error_of_the_server_is_told_with_its_number(s3, call):
    with answering(500) as (endpoint, _), pytest.raises(StorageFault, match="error 500"):
        CALLS[call](keep.S3Store("b", endpoint=endpoint, timeout_s=1, retries=0))


def test_a_refused_credential_stands_in_no_message_and_no_traceback(s3):
    from s3_double import CREDENTIALS

    body = (
        b"<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>" + CREDENTIALS["AWS_ACCESS_KEY_ID"].encode()
    ) + b"</AWSAccessKeyId></Error>"
    with answering(403, body) as (endpoint, _):
        store = keep.S3Store("b", endpoint=endpoint, timeout_s=1, retries=0)
        with pytest.raises(StorageFault, match="credentials") as caught:
            store.put(b"copy")
    told = "".join(traceback.format_exception(caught.value)) + repr(store) + repr(vars(store))
    assert not any(value in told for name, value in CREDENTIALS.items() if "KEY" in name)


def test_preflight_says_where_and_that_a_bucket_is_missing(s3, bucket, remote):
    assert remote.check(needed_bytes=1 << 40).en == f"s3://{bucket} answers"
    assert list(remote.digests()) == []
    with pytest.raises(StorageFault, match="no such bucket"):
        keep.S3Store("nowhere-at-all", endpoint=s3.endpoint).check()


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MissingDependency, match=r"pyhncert\[s3\]"):
        keep.S3Store("b")


def test_a_forked_process_is_told_to_start_fresh_and_does_not_hang(remote):
    remote.put(b"before")
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            remote.put(b"after")
        except StorageFault as err:
            os._exit(0 if "forked from one that spoke to S3" in str(err) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert remote.put(b"after")
