"""How long the stages of acts took, from their events: the figures that stand against 3 to 5 minutes (SPEC 5, A)."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from pyhncert.keep._lines import event
from pyhncert.keep._seal import Seal
from pyhncert.keep._states import state_data
from pyhncert.values import Words

_STEPS = text(
    "SELECT a.id, e.state, e.at, e.place, e.device, e.person, e.facts,"
    " k.generation, k.line_key, k.rest_key, k.erased"
    " FROM act a JOIN event e ON e.act_id = a.id LEFT JOIN data_key k ON k.owner = a.id"
    " WHERE a.certified_at >= :start AND a.certified_at < :end AND a.state <> 'voided' ORDER BY a.id, e.id"
)
_BEFORE = text(
    "SELECT a.id, d.state, d.at FROM act a JOIN dossier_event d ON d.dossier = a.dossier"
    " WHERE a.certified_at >= :start AND a.certified_at < :end AND a.state <> 'voided' ORDER BY a.id, d.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """One stage over many acts, in seconds: how many acts have it, the median, the 90th percentile, the longest.

    Of the whole, `within_s` and `longest_allowed_s` are the targets, and `within`, `beyond` how many acts met the first
    and missed the second.
    """

    name: str
    words: Words
    count: int
    median_s: float
    p90_s: float
    longest_s: float
    within_s: float | None = None
    within: int = 0
    longest_allowed_s: float | None = None
    beyond: int = 0


def times(connection: Connection, start: dt.date, end: dt.date, seal: Seal) -> tuple[StageTimes, ...]:
    """The stages that any act of these days has been through; voided acts are left out."""
    days = {"start": start.isoformat(), "end": end.isoformat()}
    moments: defaultdict[str, dict[str, dt.datetime]] = defaultdict(dict)
    for row in connection.execute(_BEFORE, days):
        at = dt.datetime.fromisoformat(row.at)
        if row.state == "checking":  # the last check: a file may have waited for papers or a payment in between
            moments[row.id][row.state] = at
        else:
            moments[row.id].setdefault(row.state, at)
    for row in connection.execute(_STEPS, days):
        act, at = moments[row.id], dt.datetime.fromisoformat(row.at)
        if row.state not in act:
            act[row.state] = at
        elif row.state == "registered" and "delivered" not in act:  # it grew, or was delivered, which its facts say
            act |= {"delivered": at} if event(row, seal.row(row)).facts.get("delivered") else {}
    data = state_data()["times"]
    found: list[StageTimes] = []
    for stage in data["stage"]:
        seconds = sorted(
            (ended - act[stage["from"]]).total_seconds()
            for act in moments.values()
            if stage["from"] in act and (ended := act.get(stage["to"], act.get(stage.get("else_to", "")))) is not None
        )
        if not seconds:
            continue
        whole = stage["name"] == "whole"
        found.append(
            StageTimes(
                name=stage["name"],
                words=Words(stage["vi"], stage["en"]),
                count=len(seconds),
                median_s=percentile(seconds, 0.5),
                p90_s=percentile(seconds, 0.9),
                longest_s=seconds[-1],
                within_s=data["target_s"] if whole else None,
                within=sum(s <= data["target_s"] for s in seconds) if whole else 0,
                longest_allowed_s=data["longest_s"] if whole else None,
                beyond=sum(s > data["longest_s"] for s in seconds) if whole else 0,
            )
        )
    return tuple(found)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the `ordered` ones do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
