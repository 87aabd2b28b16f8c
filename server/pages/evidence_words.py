"""Evidence words: where a number comes from, as the programmes say it, once more for the translators."""

from __future__ import annotations

from rules.stage import YOUR_PHYSIO
from server.pages.reader import N_, Reader

A_PHYSIO = N_("set by a physio")  # who reads it may be the one who set it
MARKED = (
    N_(
        "Hickey 2020 (pain-threshold against pain-free rehabilitation) and the Aspetar protocol; a compromise of the "
        "two"
    ),
    N_("Hickey 2020 and the Aspetar protocol; the numbers between them are an expert default"),
    N_("as FIBRE"),
    N_("as PHT"),
    N_(
        "early graded fast running is central in the Aspetar protocol; doses that rise gradually to full sprint are "
        "agreed by the London consensus"
    ),
    N_("expert default"),
    N_("expert default after Macdonald 2019: pain is a poor guide where the tendon inside the muscle is torn"),
    N_("expert default, after Macdonald 2019"),
    N_("expert default, after Macdonald 2019 and Pollock 2022"),
    N_(
        "expert default, after Macdonald 2019 and Pollock 2022 (34 days for 2c, 48 days for 3c until full training in "
        "elite athletes)"
    ),
    N_("expert default, after the Askling L-protocol and Pollock 2022"),
    N_("expert default, as PHT"),
    N_(
        "expert default, in line with gradual running from week 4 and speed from week 12 in a case report (Cushman and "
        "Rho 2015)"
    ),
    N_("expert default, in line with the Aspetar protocol and the return-to-play criteria of van der Horst"),
    N_("expert default: 48 h for easy running; 72 h for incline, speed and hills, the time a tendon takes to answer"),
    N_("expert default: 72 h for speed and hills"),
    N_("expert default: lower limits lie inside the day-to-day noise of a 0-10 scale"),
    N_("expert default: an estimated top speed is good enough for a ceiling, never for a sprint dose"),
    N_(
        "expert default: easy running, then fatigue, slight incline, tempo, strides, intervals, hills, sprint; tempo "
        "before incline would be as well founded"
    ),
    N_("expert default: one more tolerated session than FIBRE"),
    N_("expert default: pain that moves down the leg outranks how strong it is"),
    N_("expert default; cutting is attested by the physio, for sensors that run straight cannot see it"),
    N_(
        "pain-monitoring model (Silbernagel 2007, Thomee 1997), tried on the Achilles tendon; 3 as the counting limit "
        "follows practice (Goom 2016)"
    ),
    N_("pain-monitoring model (Silbernagel 2007, Thomee 1997; Achilles); 3 as the counting limit is practice"),
    N_("that of the programme it is run beside"),
    N_("Frandsen 2025, single-session spike"),
    N_("Frandsen 2025; the step at 30 % is ours"),
    N_("Frandsen 2025"),
    N_("cauda equina pathway (GIRFT, CSP) and expert default"),
)


def words(source: str, reader: Reader) -> str:
    """A sentence of its own: it begins with a capital letter."""
    said = reader.gettext(A_PHYSIO if source == YOUR_PHYSIO else source)
    return said[:1].upper() + said[1:]
