"""Mangled files, ten thousand in `make soak`: each gives runs or one sentence, and one worker reads them all."""

import math
import random

import fit_writer
import pytest
from soaking import IS_SHORT

from sensors.errors import UnreadableFile
from sensors.recording import Recording
from server.reading import readers as reading
from server.reading.readers import CONFUSING, DEADLY, TOO_LARGE, TOO_SLOW, Readers

pytestmark = pytest.mark.thorough

MANGLED_OF_EACH = 500 if IS_SHORT else 2_500
SEED = 20260301

FIT = fit_writer.a_run(12, heart_rate=140, cadence=84, distance=lambda second: 3 * second, altitude=100)
TCX = b"""<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="Running"><Lap StartTime="2026-03-01T07:00:00Z"><TotalTimeSeconds>9</TotalTimeSeconds><Track>%b
</Track></Lap></Activity></Activities></TrainingCenterDatabase>""" % b"".join(
    b"<Trackpoint><Time>2026-03-01T07:00:%02dZ</Time><DistanceMeters>%d</DistanceMeters><AltitudeMeters>9.5"
    b"</AltitudeMeters><HeartRateBpm><Value>140</Value></HeartRateBpm><Cadence>84</Cadence></Trackpoint>\n"
    % (second, 3 * second)
    for second in range(10)
)
GPX = b"""<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type>
<trkseg>%b</trkseg></trk></gpx>""" % b"".join(
    b'<trkpt lat="48.%04d" lon="11.5"><ele>500</ele><time>2026-03-01T07:00:%02dZ</time></trkpt>\n' % (second, second)
    for second in range(10)
)
CSV = b"# start: 2026-03-01T07:00:00Z\n# pause: 3 5\n# hold_s: 3\nt_s,speed_mps,cadence_spm,grade\n" + b"".join(
    b"%d,3.1,170,0.01\n" % second for second in range(10)
)
ODD = (b"\0", b"\xff" * 4, b"\x7f\xff", b"nan", b"-inf", b"1e999", b"9" * 40, b"-", b",", b"<", b"&x;", b"\n", b'"')


def mangled(whole, chance):
    """One to five bites: a bit flipped, bytes cut, doubled or swapped for odd ones, the end lost."""
    body = bytearray(whole)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(body) or 1)
        end = at + chance.randint(1, 40)
        match chance.randrange(6):
            case 0 | 1 if body:
                body[at] ^= 1 << chance.randrange(8)
            case 2:
                del body[at:end]
            case 3:
                body[at:at] = body[at:end]
            case 4:
                body[at : at + chance.randint(0, 4)] = chance.choice(ODD)
            case _ if chance.randrange(4) == 0:
                del body[at:]
    return bytes(body)


@pytest.fixture(scope="module")
def readers():
    opened = Readers(size=1)
    yield opened
    opened.close()


@pytest.mark.parametrize("whole", [FIT, TCX, GPX, CSV], ids=["fit", "tcx", "gpx", "csv"])
def test_mangled_files_give_runs_or_a_sentence(readers, whole, monkeypatch):
    monkeypatch.setattr(reading, "READ_BY_ONE", 1_000_000)
    (whole_run,) = readers.read(whole)
    assert len(whole_run.recording) >= 10
    worker, said, read = readers._places[0]._worker, set(), 0
    chance = random.Random(SEED)
    for number in range(MANGLED_OF_EACH):
        try:
            runs = readers.read(mangled(whole, chance))
        except UnreadableFile as why:
            said.add(str(why))
        else:
            read += 1
            assert all(well_formed(run.recording) for run in runs), f"mangled file {number}"
    assert readers._places[0]._worker is worker, "the first worker has read them all"
    assert not said & {TOO_SLOW, TOO_LARGE, DEADLY, CONFUSING}
    assert not [sentence for sentence in said if "\n" in sentence or not sentence.endswith(".")]
    assert not [sentence for sentence in said if "never met before" in sentence]
    assert read > MANGLED_OF_EACH / 20 and said, "some are still runs, and some are not"


def well_formed(recording: Recording):
    finite = all(map(math.isfinite, recording.t_s)) and math.isfinite(recording.hold_s)
    return finite and len(recording) > 0
