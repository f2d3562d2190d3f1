"""The command itself: its global options, its lazily loaded commands, and errors turned into words in one place."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from hncert_cli._say import LANGUAGES, Settings, prescan, tell
from hncert_cli._spoken import Group
from pyhncert.errors import HncertError

# name -> (module, Vietnamese, English); the module is imported when its command is used, so `--help` starts fast
COMMANDS: dict[str, tuple[str, str, str]] = {
    "scan": ("_scan", "quét giấy tờ bằng máy quét", "scan a paper on a scanner"),
    "certify": ("_certify", "chứng thực bản sao từ các bản quét của một bản chính", "issue a certified copy of scans"),
    "watch": ("_watch", "chứng thực những gì xuất hiện trong một thư mục", "certify what appears in a folder"),
    "verify": ("_verify", "kiểm tra một bản sao theo tệp hoặc mã", "verify a copy by file or code"),
    "read": ("_read", "đọc bản quét, không cấp gì", "read a scan and issue nothing"),
    "revoke": ("_acts", "thu hồi một bản sao", "revoke a copy"),
    "supersede": ("_acts", "đánh dấu bản sao đã được thay thế", "mark a copy as superseded"),
    "correct": ("_correct", "cấp bản sao mới thay bản đã trả bị sai", "replace a delivered copy that had a mistake"),
    "renew": ("_renew", "gia hạn các bản sao sắp hết hạn chứng minh", "renew copies whose evidence ends soon"),
    "worker": ("_worker", "bổ sung những gì bản sao còn thiếu", "add what copies still lack"),
    "register": ("_register", "xem và xuất sổ chứng thực", "show and export the register"),
    "share": ("_share", "cho người khác xem bản sao", "let others see a copy"),
    "backup": ("_backup", "sao lưu văn phòng", "back the office up"),
    "restore": ("_backup", "khôi phục văn phòng từ bản sao lưu", "bring an office back from a backup"),
    "credential": ("_credential", "chứng thư số của cán bộ, cơ quan", "credentials of officers and agencies"),
    "trust": ("_trust", "gói tin cậy cho những nơi kiểm tra bản sao", "trust bundles for those who judge copies"),
    "office": ("_office", "lập văn phòng", "set up an office"),
    "migrate": ("_migrate", "chuyển văn phòng sang sổ và kho khác", "move the office to another register and store"),
    "doctor": ("_doctor", "kiểm tra khóa, chứng thư, mô hình, đĩa, sổ", "check keys, certificates, models, disk"),
    "completion": ("_completion", "in tập lệnh tự hoàn thành cho shell", "print a completion script for a shell"),
}


def global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command takes, wherever they stand on the line."""

    def keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        def store(ctx: click.Context, _: click.Parameter, value: Any) -> None:
            if value not in (None, False):
                setattr(ctx.ensure_object(Settings), name, value)

        return store

    said: dict[str, Any] = {"expose_value": False, "is_eager": True}
    for option in (
        click.option("--debug", is_flag=True, callback=keep("debug"), help="show a traceback for errors", **said),
        click.option("--json", is_flag=True, callback=keep("json"), help="print JSON on stdout", **said),
        click.option("--lang", type=click.Choice(LANGUAGES), callback=keep("lang"), help="words in vi or en", **said),
        click.option(
            "--password-fd",
            type=click.IntRange(0),
            metavar="N",
            callback=keep("password_fd"),
            help="read passwords from file descriptor N, one a line, in the order officer, agency, qr",
            **said,
        ),
        click.option(
            "--office",
            metavar="DIR",
            callback=keep("office"),
            help="the office's folder (else HNCERT_OFFICE, else the user's configuration)",
            **said,
        ),
    ):
        command = option(command)
    return command


class Hncert(Group):
    """A group whose commands are loaded when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The commands in the order in which a paper needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"hncert_cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101  the table and the modules are tested to agree
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a mistyped name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(name, possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        found = ctx.find_object(Settings) or Settings()
        with formatter.section(found.words("Các lệnh", "Commands")):
            formatter.write_dl([(name, found.words(vi, en)) for name, (_, vi, en) in COMMANDS.items()])


@click.group(cls=Hncert, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@global_options
@click.version_option(None, "--version", package_name="hncert-cli", prog_name="hncert", message="%(prog)s %(version)s")
def hncert() -> None:
    """Certified electronic copies of Vietnamese paper originals.

    stdout is data, stderr is talk. Exit codes: 0 done or valid, 1 internal, 2 usage, 3 altered, 4 revoked,
    5 superseded, 6 unsigned, 7 undecided, 8 not found, 10 unreadable input, 11 quality refused, 12 blocked,
    13 missing model, 14 key, 15 certificate, 16 timestamp, 17 revocation data, 18 storage, 75 try again.
    """


def usage(err: click.ClickException, said: Settings) -> tuple[str, str]:
    """A usage error of click as our message and hint."""
    hint = ""
    if isinstance(err, click.NoSuchCommand | click.NoSuchOption) and err.possibilities:
        hint = said.words("có phải ý bạn là ", "did you mean ") + ", ".join(err.possibilities)
    elif isinstance(err, click.UsageError) and err.ctx is not None:
        hint = said.words(f"xem `{err.ctx.command_path} --help`", f"see `{err.ctx.command_path} --help`")
    if isinstance(err, click.NoSuchCommand):
        return said.words(f"không có lệnh '{err.command_name}'", f"no such command '{err.command_name}'"), hint
    if isinstance(err, click.NoSuchOption):
        return said.words(f"không có tùy chọn '{err.option_name}'", f"no such option '{err.option_name}'"), hint
    if isinstance(err, click.MissingParameter) and err.param is not None:
        name = err.param.make_metavar(err.ctx) if err.ctx else err.param.name
        return said.words(f"thiếu {name}", f"{name} is missing"), hint
    message = err.format_message().rstrip(".")
    return said.words(f"gọi lệnh chưa đúng: {message}", message[:1].lower() + message[1:]), hint


def complain(message: str, hint: str, said: Settings) -> None:
    """`hncert: …` and, where there is one, `hint: …`."""
    tell(message, lead="hncert:", lead_ink="red")
    if hint:
        tell(hint, lead=said.words("gợi ý:", "hint:"))


def run(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911  one return for each family of failure
    """Run the command and return its exit code; every error becomes words here."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    said = prescan(given, os.environ)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name that the locale cannot write is shown escaped, never a traceback
            reconfigure(errors="backslashreplace")
    try:
        answer = hncert.main(given, prog_name="hncert", standalone_mode=False, obj=said)
    except click.exceptions.NoArgsIsHelpError as err:
        click.echo(err.ctx.get_help() if err.ctx else "", err=True)
        return 2
    except click.ClickException as err:
        complain(*usage(err, said), said)
        return 2
    except (click.Abort, KeyboardInterrupt):
        tell(said.words("hncert: đã dừng theo yêu cầu", "hncert: stopped as asked"))
        return 130
    except HncertError as err:
        if said.debug:
            _traceback()
        name = f" [{err.refusal}]" if err.refusal else ""
        complain(err.say(said.lang) + name, err.hint(said.lang), said)
        return err.exit_code
    except BrokenPipeError:  # the reader of our output went away: `hncert register list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as err:  # noqa: BLE001  the last resort: one line for a person, the traceback with --debug
        if said.debug:
            _traceback()
        words = said.words("lỗi nội bộ", "internal error")
        complain(
            f"{words}: {type(err).__name__}: {err}",
            said.words("chạy lại với --debug", "run it again with --debug"),
            said,
        )
        return 1
    return answer if isinstance(answer, int) else 0


def _traceback() -> None:
    import traceback  # noqa: PLC0415  only where one is shown

    for line in traceback.format_exc().splitlines():
        tell(line)
