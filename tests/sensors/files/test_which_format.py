"""A file is known by what stands in it; its name, and what an archive says of it, count for nothing."""

import gzip
import io
import zipfile

import pytest
from fit_writer import CYCLING, a_run

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files import archive, fit

RUN = a_run(30)


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def refusal(data):
    with pytest.raises(UnreadableFile) as why:
        files.read(data)
    assert str(why.value).count(". ") == 0, "one sentence"
    return str(why.value)


def test_an_archive_is_opened_whatever_the_file_was_called():
    (run,) = files.read(zipped(**{"1234567_ACTIVITY.fit": RUN}))
    assert len(run.recording) == 30


def test_the_name_inside_an_archive_chooses_nothing():
    (run,) = files.read(zipped(**{"run.gpx": RUN}))
    assert len(run.recording) == 30


def test_a_gzipped_run_is_read():
    (run,) = files.read(gzip.compress(RUN))
    assert len(run.recording) == 30


def test_every_run_of_an_archive_is_read_and_what_is_left_out_is_said():
    runs = files.read(zipped(**{"a.fit": RUN, "b.fit": a_run(40), "c.fit": a_run(sport=CYCLING)}))
    assert [len(run.recording) for run in runs] == [30, 40]
    assert all(
        "left out of the archive: c.fit: There is no run in this file, it holds cycling." in run.recording.notes
        for run in runs
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"\0" * 3000, "This file is empty."),
        (b" \r\n\n", "This file is empty."),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "This is a web page and not a run"),
        (b'<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml">', "This is a web page"),
        (b"\x89PNG\r\n\x1a\n", "This is not a FIT, TCX, GPX or CSV file of a run"),
        (b"speed,heart\n3.0,150\n", "This is not a FIT, TCX, GPX or CSV file of a run"),
        (zipped(), "This archive is empty."),
        (zipped(**{"readme.txt": b"hello"}), "readme.txt: This is not a FIT"),
        (zipped(**{"inner.zip": zipped(**{"a.fit": RUN})}), "This archive holds another archive"),
        (gzip.compress(gzip.compress(RUN)), "This archive holds another archive"),
        (gzip.compress(RUN)[:-20], "This archive is damaged"),
        (zipped(**{"a.fit": RUN})[:-30], "This archive is damaged"),
        (b"PK\x03\x04" + bytes(50), "This archive is damaged"),
    ],
)
def test_what_is_no_run_is_refused_with_a_sentence(data, sentence):
    assert sentence in refusal(data)


def test_bytes_that_swell_a_thousandfold_are_not_unpacked():
    bomb = bytes(archive.LARGEST_BYTES + 1)
    assert "unpacks to more than a run can hold" in refusal(zipped(**{"run.fit": bomb}))
    assert "unpacks to more than a run can hold" in refusal(gzip.compress(bomb))


def test_many_files_that_swell_together_are_not_unpacked():
    """Each alone is small enough, and each states its size truly."""
    half = bytes(archive.RATIO_COUNTS_FROM * 9 // 10)
    assert "unpacks to more than" in refusal(zipped(**{"a.fit": half, "b.fit": half}))


def test_an_archive_that_lies_about_its_sizes_is_not_believed():
    bomb = bytearray(zipped(**{"run.fit": bytes(3 * archive.RATIO_COUNTS_FROM)}))
    entry = bomb.index(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = (10).to_bytes(4, "little")  # the size that the directory states
    assert "archive" in refusal(bytes(bomb))


def test_a_thousand_files_are_not_opened_at_once():
    assert "1000 files" in refusal(zipped(**{f"{number}.fit": b"" for number in range(1000)}))


def test_an_encrypted_archive_is_refused():
    locked = bytearray(zipped(**{"a.fit": RUN}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    assert refusal(bytes(locked)) == "This archive is damaged and cannot be opened."


def test_the_shadows_that_macos_packs_beside_a_file_are_passed_over():
    (run,) = files.read(zipped(**{"__MACOSX/._a.fit": b"shadow", "a.fit": RUN}))
    assert run.recording.notes == ()


def test_the_runs_of_an_archive_are_sorted_by_their_start():
    runs = files.read(zipped(**{"late.csv": b"# start: 2026-03-01\nt_s,speed_mps\n0,3\n", "early.fit": RUN}))
    assert [len(run.recording) for run in runs] == [30, 1]


def test_a_fault_that_nobody_foresaw_is_still_a_sentence(monkeypatch):
    def stumble(_data):
        raise ZeroDivisionError

    monkeypatch.setattr(fit, "read", stumble)
    assert "never met before" in refusal(RUN)
