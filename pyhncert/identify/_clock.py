"""Whether the office's clock is right: by the signed time in an answer to a question that was asked just now."""

from __future__ import annotations

import datetime as dt

from pyhncert import _core
from pyhncert.errors import AlteredCore, ClockFault, TimestampFault
from pyhncert.identify._certificates import shown_time

__all__ = ["check_clock", "clock_off_s", "token_time"]


def clock_off_s(said: dt.datetime, *, asked: dt.datetime, answered: dt.datetime) -> float:
    """How many seconds the office's clock is behind (positive) or ahead (negative) of a service, at least.

    The service read its clock between `asked` and `answered`, both by the office's clock, so a slow answer proves no
    difference.
    """
    if said > answered:
        return (said - answered).total_seconds()
    # times without a fraction are cut off, not rounded
    latest = said + dt.timedelta(seconds=0 if said.microsecond else 1)
    return min(0.0, (latest - asked).total_seconds())


def check_clock(off_s: float, allowed_s: float, *, said: dt.datetime, service: str, service_vi: str) -> None:
    """Refuses an office whose clock differs by more than `allowed_s` from what a service says and signs.

    Raises:
        ClockFault: it does; who of both is wrong is not known, and no override helps.
    """
    if abs(off_s) <= allowed_s:
        return
    way, way_vi = ("behind", "chậm hơn") if off_s > 0 else ("ahead", "nhanh hơn")
    seconds, most = f"{abs(off_s):.0f}", f"{allowed_s:g}"
    time = shown_time(said)
    raise ClockFault(
        f"{service} says {time}, which is not now: this machine's clock is {seconds} s {way}, and {most} s are allowed",
        f"{service_vi} ghi {time}, không phải bây giờ: đồng hồ máy này {way_vi} {seconds} giây, cho phép {most} giây",
        hint="set this machine's clock; where it is right, tell the operator of the service",
        hint_vi="hãy chỉnh đồng hồ máy; nếu đồng hồ đúng, hãy báo cho đơn vị vận hành dịch vụ",
        refusal="clock_off",
    )


def token_time(token: bytes) -> dt.datetime:
    """When a timestamp token (DER) says that it was made; whether it is to be believed is not asked.

    Raises:
        TimestampFault: it is no timestamp token.
    """
    from asn1crypto import tsp  # noqa: PLC0415  only where one came

    try:
        found: dt.datetime = tsp.TSTInfo.load(_core.cms_parse(token).content or b"")["gen_time"].native
    except (AlteredCore, ValueError, TypeError, KeyError) as err:
        raise TimestampFault("timestamp token cannot be read", "không đọc được dấu thời gian") from err
    return found
