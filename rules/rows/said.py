"""What was said: red flags, the physio's hold, and pain in another place."""

from __future__ import annotations

from collections.abc import Iterator

from rules.case import Case
from rules.view import View
from rules.vocabulary import Decision, Flag, Hold, Reason
from rules.windows import WEEK_DAYS

OTHER_SITE_SESSIONS = 2  # expert default


def red_flag(case: Case) -> Iterator[Reason]:
    """Every flag that no named clinician has cleared by now, however old, whatever the programme."""
    for flag in case.flags:
        if not is_cleared(flag, case):
            yield Reason(code="RED_FLAG", verdict=Decision.STOP_REFER, item=flag.code)


def is_cleared(flag: Flag, case: Case) -> bool:
    """Whether a named clinician cleared the flag, and not only in the future."""
    named = bool(flag.cleared_by and flag.cleared_by.strip())
    return named and flag.cleared_at is not None and flag.cleared_at <= case.now


def physio_hold(view: View) -> Iterator[Reason]:
    """The physio said: not further, from then until then."""
    for hold in view.case.holds:
        if is_active(hold, view.case):
            yield Reason(code="PHYSIO_HOLD", verdict=Decision.HOLD)


def is_active(hold: Hold, case: Case) -> bool:
    """Whether a hold stands at `now`: from its first moment on, until just before its last."""
    return hold.from_ <= case.now and (hold.until is None or case.now < hold.until)


def site_changed(view: View) -> Iterator[Reason]:
    """Pain in another place than the programme's, in two sessions of the last seven days."""
    sites = view.programme.sites
    reported = (seen.session.check_in.site for seen in view.last_days(WEEK_DAYS) if seen.session.check_in)
    elsewhere = [site for site in reported if site and site not in sites]
    if sites and len(elsewhere) >= OTHER_SITE_SESSIONS:
        yield Reason(
            code="SITE_CHANGED",
            verdict=Decision.HOLD,
            item="site",
            measured=len(elsewhere),
            required=OTHER_SITE_SESSIONS,
            unit="sessions",
        )
