"""Passwords come from the environment, a file descriptor or a prompt; never from arguments."""

from __future__ import annotations

import os

import pytest

from hncert_cli._open import password_source
from hncert_cli._say import Settings
from pyhncert.errors import KeyFault


def test_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("HNCERT_PASSWORD_OFFICER", "bí mật")
    assert password_source(Settings())("officer") == "bí mật"


def test_a_file_descriptor_gives_one_line_for_each_key(tmp_path):
    file = tmp_path / "passwords"
    file.write_text("one\nhai ba\n", "utf-8")
    fd = os.open(file, os.O_RDONLY)
    source = password_source(Settings(password_fd=fd))
    assert [source("officer"), source("agency"), source("officer")] == ["one", "hai ba", "one"]
    with pytest.raises(KeyFault, match="no line is left"):
        source("qr")
    os.close(fd)


def test_a_closed_descriptor_is_a_key_fault():
    with pytest.raises(KeyFault, match="cannot be read"):
        password_source(Settings(password_fd=9999))("officer")


def test_off_a_terminal_nobody_is_prompted():
    with pytest.raises(KeyFault, match="HNCERT_PASSWORD_AGENCY"):
        password_source(Settings())("agency")


def test_no_command_takes_a_password_as_an_argument():
    import click

    from hncert_cli._app import COMMANDS, hncert

    ctx = click.Context(hncert)
    for name in COMMANDS:
        command = hncert.get_command(ctx, name)
        named = [option for param in command.params for option in param.opts]
        assert not [o for o in named if ("pass" in o and o != "--password-fd") or "pin" in o]
