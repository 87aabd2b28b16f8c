"""A second, slow reading of the barometric slope, window by window, sharing no code with the rules."""

from __future__ import annotations

from statistics import fmean, median


def slow_slope(rows):
    """Rows are (t_ms, hold_ms, speed or None, altitude or None), in order. Gives (grade, scatter) pairs; a grade is
    None where it cannot be told."""
    stretches = _stretches(rows)
    smooth = _medians(rows)
    went = _went(rows)
    out = []
    for place, row in enumerate(rows):
        if row[2] is None:
            out.append((None, None))
            continue
        begin, end = next(s for s in stretches if s[0] <= place <= s[1])
        half = _half(rows, begin, end, row[0])
        inside = [k for k in range(begin, end + 1) if abs(rows[k][0] - row[0]) <= half]
        points = [(went[k], smooth[k]) for k in inside if smooth[k] is not None]
        metres = went[inside[-1]] + rows[inside[-1]][2] * rows[inside[-1]][1] / 1000 - went[inside[0]]
        out.append(_line(points, metres))
    return out


def _stretches(rows):
    """First and last place of each run of samples with speed and without a gap."""
    found, begin = [], None
    for k, (t, _, speed, _) in enumerate(rows):
        if speed is None:
            begin = None
            continue
        if begin is None or t > rows[k - 1][0] + rows[k - 1][1]:
            begin = k
            found.append([k, k])
        found[-1][1] = k
    return found


def _medians(rows):
    known = [(t, altitude) for t, _, _, altitude in rows if altitude is not None]
    out = []
    for t, _, _, altitude in rows:
        if altitude is None:
            out.append(None)
            continue
        earliest = latest = t
        for other, _ in reversed([k for k in known if k[0] < t]):
            if earliest - other > 2500:
                break
            earliest = other
        for other, _ in [k for k in known if k[0] > t]:
            if other - latest > 2500:
                break
            latest = other
        half = min(2500, t - earliest, latest - t)
        out.append(median(a for other, a in known if abs(other - t) <= half))
    return out


def _went(rows):
    out, metres = [], 0.0
    for _, hold, speed, _ in rows:
        out.append(metres)
        metres += (speed or 0.0) * hold / 1000
    return out


def _covered(rows, begin, end, left, right):
    metres = ms = 0.0
    for t, hold, speed, _ in rows[begin : end + 1]:
        overlap = max(0, min(right, t + hold) - max(left, t))
        metres += speed * overlap / 1000
        ms += overlap
    return metres, ms


def _half(rows, begin, end, middle):
    """The smallest whole-millisecond half window that covers 40 m and 15 s, 30 s at most."""
    low, high = 7500, 30_000
    while low < high:
        half = (low + high) // 2
        metres, ms = _covered(rows, begin, end, middle - half, middle + half)
        if round(metres, 6) >= 40 and ms >= 15_000:
            high = half
        else:
            low = half + 1
    return high


def _line(points, metres):
    if len(points) < 3:
        return None, None
    x0, y0 = fmean(x for x, _ in points), fmean(y for _, y in points)
    xx = fmean((x - x0) ** 2 for x, _ in points)
    if xx <= 1e-6:
        return None, None
    slope = fmean((x - x0) * (y - y0) for x, y in points) / xx
    scatter = fmean((y - y0 - slope * (x - x0)) ** 2 for x, y in points) ** 0.5
    return (slope if round(metres, 6) >= 20 and scatter <= 1.5 else None), scatter
