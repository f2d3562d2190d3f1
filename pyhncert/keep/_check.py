"""Whether the register keeps its promise: numbers exactly 1 to n, counters agree."""

from __future__ import annotations

from sqlalchemy import Connection, text

from pyhncert.values import Words

_GAPS = text(
    "SELECT unit, symbol, year, count(*) AS n, min(number) AS low, max(number) AS high FROM act"
    " GROUP BY unit, symbol, year HAVING count(*) <> max(number) OR min(number) <> 1"
)
_COUNTERS = text(
    "SELECT c.unit, c.symbol, c.year, c.last, coalesce(max(a.number), 0) AS high FROM counter c"
    " LEFT JOIN act a ON a.unit = c.unit AND a.symbol = c.symbol AND a.year = c.year"
    " GROUP BY c.unit, c.symbol, c.year, c.last HAVING c.last <> coalesce(max(a.number), 0)"
)
_UNCOUNTED = text(
    "SELECT DISTINCT a.unit, a.symbol, a.year FROM act a LEFT JOIN counter c"
    " ON c.unit = a.unit AND c.symbol = a.symbol AND c.year = a.year WHERE c.last IS NULL"
)


def check(connection: Connection) -> tuple[Words, ...]:
    """Every fault found, in words."""
    found: list[Words] = []
    for unit, symbol, year, count, low, high in connection.execute(_GAPS):
        found.append(
            Words(
                f"{unit} {symbol} {year}: {count} dòng nhưng số chạy từ {low} đến {high}",
                f"{unit} {symbol} {year}: {count} lines, but numbers run from {low} to {high}",
            )
        )
    for unit, symbol, year, last, high in connection.execute(_COUNTERS):
        found.append(
            Words(
                f"{unit} {symbol} {year}: bộ đếm {last}, số cuối {high}",
                f"{unit} {symbol} {year}: the counter says {last}, the last number is {high}",
            )
        )
    for unit, symbol, year in connection.execute(_UNCOUNTED):
        found.append(Words(f"{unit} {symbol} {year}: không có bộ đếm", f"{unit} {symbol} {year}: no counter"))
    return tuple(found)
