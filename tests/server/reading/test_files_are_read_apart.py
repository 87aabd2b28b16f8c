"""Whatever a file does to the process that reads it: one sentence, and the next file is read."""

import gzip
import io
import logging
import os
import threading
import zipfile

import fit_writer
import hostile_worker
import numpy as np
import pytest

from sensors import files, store
from sensors.errors import UnreadableFile
from sensors.recording import Recording
from server.reading import readers as reading
from server.reading import wire
from server.reading.readers import CONFUSING, DEADLY, TOO_LARGE, TOO_SLOW, Limits, NoReader, Readers

GOOD = b"t_s,speed_mps\n0,3\n1,3\n2,3\n"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def real():
    readers = Readers(size=1)
    yield readers
    readers.close()


@pytest.fixture
def hostile():
    opened = []

    def start(**limits):
        opened.append(Readers(Limits(**limits), command=hostile_worker.COMMAND, size=1))
        return opened[-1]

    yield start
    for readers in opened:
        readers.close()


def refusal(readers, data):
    with pytest.raises(UnreadableFile) as refused:
        readers.read(data)
    return str(refused.value)


def assert_still_reads(readers):
    (run,) = readers.read(GOOD)
    assert run.recording.speed_mps.tolist() == [3, 3, 3]


def test_a_file_is_read_as_if_it_were_read_here(real):
    data = fit_writer.a_run(90, heart_rate=lambda second: 120 + second, session={"total_distance": 270})
    (apart,), (here,) = real.read(data), files.read(data)
    assert store.pack(apart.recording) == store.pack(here.recording)
    assert (apart.sport, apart.summary, apart.begins_s) == (here.sport, here.summary, here.begins_s)


POD = b'{"boot":"a","mono_ns":%d,"wall_ns":0,"adapter":"hci0","sensor":"C0","char":"2A53","hex":"00000355"}\n'
CLOSING = {
    "clock": [{"boot": "a", "offset_ns": 1_760_000_000 * 10**9, "trusted": True}],
    "sensors": [{"address": "C0", "name": "Pod", "cadence_unit": "strides"}],
    "chunks": 1,
}


def test_a_capture_is_read_with_what_its_gateway_said_at_the_end(real):
    lines = [POD % (second * 10**9) for second in range(5)]
    recording = real.read_capture(b"".join([*lines[:2], b"no packet\n", *lines[2:]]), CLOSING)
    assert recording.speed_mps.tolist() == [3, 3, 3, 3, 3]
    assert recording.start.isoformat() == "2025-10-09T08:53:20+00:00"
    assert (recording.cadence_unit, recording.unreadable_packets) == ("strides", 1)
    nothing = real.read_capture(b"no packet\n" * 3, {})
    assert (len(nothing), nothing.start, nothing.unreadable_packets) == (0, None, 3)


def test_a_capture_that_takes_too_much_is_stopped_too(hostile):
    readers = hostile(cpu_s=1, memory_bytes=600 * MIB)
    for deed, sentence in ((b"burn 20", TOO_SLOW), (b"hog 1000", TOO_LARGE), (b"die", DEADLY)):
        with pytest.raises(UnreadableFile) as refused:
            readers.read_capture(deed, {})
        assert str(refused.value) == sentence
    assert len(readers.read_capture(POD % 0, CLOSING)) == 1


def test_a_file_with_a_very_long_word_for_its_sport_is_read(real):
    assert real.read(b"# sport: " + b"x" * 5000 + b"\n" + GOOD)[0].sport == "x" * 100


def test_a_file_that_is_no_run_is_refused_in_the_readers_words(real):
    assert refusal(real, b"") == "This file is empty."
    assert "web page" in refusal(real, b"<!doctype html><html>")


def test_an_endless_loop_ends_and_the_next_file_is_read(hostile):
    readers = hostile(cpu_s=1)
    assert refusal(readers, b"burn 20") == TOO_SLOW
    assert_still_reads(readers)


def test_time_of_the_processor_is_given_anew_for_each_file(hostile):
    readers = hostile(cpu_s=1)
    worker = refusal(readers, b"who")
    for _ in range(4):
        assert refusal(readers, b"burn 0.7") == "It took its time."
    assert refusal(readers, b"who") == worker


def test_a_worker_that_waits_for_ever_is_ended_by_the_clock(hostile):
    readers = hostile(wall_s=0.5)
    assert refusal(readers, b"sleep 20") == TOO_SLOW
    assert_still_reads(readers)


def test_a_hog_of_memory_is_stopped_and_the_next_file_is_read(hostile):
    readers = hostile(memory_bytes=600 * MIB)
    before = refusal(readers, b"who")
    assert refusal(readers, b"hog 1000") == TOO_LARGE
    assert_still_reads(readers)
    assert refusal(readers, b"who") != before, "what it held is given back with its process"


@pytest.mark.parametrize("deed", [b"die", b"boast", b"babble"])
def test_a_file_that_ends_its_worker_is_named_and_the_next_one_is_read(hostile, deed):
    readers = hostile()
    assert refusal(readers, deed) == DEADLY
    assert_still_reads(readers)


def test_a_worker_that_somebody_else_ended_costs_no_file(hostile, tmp_path):
    readers = hostile()
    assert refusal(readers, b"die-once " + bytes(tmp_path / "mark")) == "It was read the second time."
    worker = int(refusal(readers, b"who"))
    os.kill(worker, 9)
    assert_still_reads(readers)


def test_a_fault_of_the_reader_is_a_sentence_to_the_runner_and_a_line_in_the_log(hostile, caplog):
    readers = hostile()
    with caplog.at_level(logging.WARNING):
        assert refusal(readers, b"fault") == CONFUSING
    assert "KeyError" in caplog.text
    assert refusal(readers, b"nothing") == CONFUSING


def test_a_worker_writes_no_file_opens_no_connection_and_starts_no_program(hostile, tmp_path):
    readers = hostile()
    for deed in (b"write " + bytes(tmp_path / "stolen"), b"connect", b"run"):
        assert refusal(readers, deed) == CONFUSING
    assert not (tmp_path / "stolen").exists() or (tmp_path / "stolen").read_bytes() == b""


def test_a_worker_knows_none_of_the_servers_secrets(hostile, monkeypatch):
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL", "postgresql://clinic:secret@localhost/clinic")
    assert refusal(hostile(), b"know STRIDEGATE_DATABASE_URL") == "It is not known."


def test_one_worker_serves_many_files_and_is_replaced_in_time(hostile, monkeypatch):
    readers = hostile()
    first = {refusal(readers, b"who") for _ in range(20)}
    monkeypatch.setattr(reading, "READ_BY_ONE", 20)
    assert len(first) == 1 and refusal(readers, b"who") not in first


def test_two_files_are_read_beside_each_other():
    readers = Readers(command=hostile_worker.COMMAND, size=2)
    slow = threading.Thread(target=pytest.raises, args=(NoReader, readers.read, b"sleep 60"))
    slow.start()
    assert_still_reads(readers)
    assert slow.is_alive()
    readers.close()
    slow.join()


def test_without_a_worker_nothing_is_said_of_the_file(tmp_path):
    for command in ((str(tmp_path / "nowhere"),), ("/bin/false",)):
        with pytest.raises(NoReader, match="can be started"):
            Readers(command=command).read(GOOD)


def test_what_is_read_while_the_server_closes_is_not_blamed_on_the_file(hostile):
    readers = hostile()
    assert_still_reads(readers)
    threading.Timer(0.3, readers.close).start()
    with pytest.raises(NoReader, match="closing"):
        readers.read(b"sleep 20")
    with pytest.raises(NoReader, match="closing"):
        readers.read(GOOD)


def answered(*recordings):
    summary = files.run.Summary()
    told = [wire.ReadRun(sport="running", summary=summary, recording=recording) for recording in recordings]
    return reading._runs(wire.Answer(runs=told))


def test_the_answer_of_a_misled_worker_is_judged_like_anything_from_outside():
    some = store.pack(Recording.of(np.arange(150_000.0)))
    assert len(answered(some, some)) == 2
    for lie in ([some, some, store.pack(Recording.of([0.0]))], [b"SGRC and not"], []):
        with pytest.raises(UnreadableFile, match="could not be read"):
            answered(*lie)


def test_more_samples_than_a_run_can_have_never_reach_the_server(real):
    assert "holds 2000000 samples" in refusal(real, b'{"segments":[{"for_s":1000000,"hz":2,"speed_mps":3}]}')


def zipped(content, name="run.csv"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(name, content)
    return out.getvalue()


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
BOMBS = {
    "zip": zipped(bytes(200 * MIB)),
    "gzip": gzip.compress(bytes(200 * MIB), mtime=0),
    "zip in a zip": zipped(zipped(GOOD), "inner.zip"),
    "a billion laughs": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">' + LAUGHS + b"]><gpx>&l9;</gpx>",
    "a foreign file": b'<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><TrainingCenterDatabase>&x;'
    b"</TrainingCenterDatabase>",
    "deep JSON": b'{"segments":' + b"[" * 200_000,
    "deep XML": b"<gpx>" + b"<trk>" * 200_000,
    "a year at 1000 Hz": b'{"segments":[{"for_s":1000000,"hz":1000,"speed_mps":3}]}',
    "an endless number": b"t_s,speed_mps\n0," + b"9" * 5_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_and_swells_nothing(real, bomb):
    assert_still_reads(real)
    (place,) = real._places
    worker = place._worker
    refused = refusal(real, bomb)
    assert refused not in (TOO_SLOW, TOO_LARGE, DEADLY, CONFUSING), "the format itself has a word for it"
    assert len(refused) < 400 and refused.endswith(".")
    assert_still_reads(real)
    assert place._worker is worker, "the worker did not even notice"


HOUR_S = 3600


def test_a_real_file_may_take_too_long():
    """Each of these samples takes its time and hardly any memory, so no machine meets the memory limit first."""
    samples = fit_writer.a_run(2000) * 200
    readers = Readers(Limits(cpu_s=1, wall_s=HOUR_S), size=1)
    assert refusal(readers, samples) == TOO_SLOW
    assert_still_reads(readers)
    readers.close()


def test_a_real_file_may_take_too_much():
    """The lines alone are too much, long before the hour is over."""
    lines = b"t_s,speed_mps\n" + b"1,3\n" * 6_000_000
    readers = Readers(Limits(memory_bytes=256 * MIB, cpu_s=HOUR_S, wall_s=HOUR_S), size=1)
    assert refusal(readers, lines) == TOO_LARGE
    assert_still_reads(readers)
    readers.close()
