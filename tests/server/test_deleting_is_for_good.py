"""Whatever is sent, read, reviewed and deleted in whatever order: what was deleted never comes back."""

from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import text

from sensors.files.csv_columns import to_csv
from sensors.recording import DECODER_VERSION, Recording
from server import intake, reviewer
from server.problem import Problem
from server.reading.readers import Readers
from server.runs import measuring, rearranging
from server.runs.rearranging import Deed
from server.storage import captures
from server.storage.captures import Claim
from server.storage.database import Database

BEGAN = kit.NOON - timedelta(hours=6)
CAPTURES = {f"c-{number}": BEGAN + timedelta(hours=number) for number in range(3)}
CHUNKS = {
    name: [kit.chunk(kit.packets(90, start)[:45]), kit.chunk(kit.packets(90, start)[45:])]
    for name, start in CAPTURES.items()
}
FILES = [
    to_csv(Recording.of(np.arange(90), speed_mps=np.full(90, 3.0), start=BEGAN - timedelta(hours=2 * number)))
    for number in range(1, 3)
]
READERS = Readers(size=1)
pytestmark = pytest.mark.timeout(600)  # a schema is made for each of its stories
TABLES = {
    "captures": "id",
    "chunks": "capture_id",
    "files": "sha256",
    "runs": "source_id",
    "review_requests": "source_id",
}


def teardown_module():
    READERS.close()


class Clinic(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.database = Database("sqlite://")  # one connection in memory: what is asked is logic, not durability
        self.database.migrate()
        with self.database.write() as db:
            kit._people(db, kit.NOON)
        self.deleted, self.reading, self.words = set(), [], 0

    def teardown(self):
        self.database.close()

    def do(self, work, *args):
        """What came of it, or the status of the refusal."""
        try:
            return self.database.transact(lambda db: work(db, *args))
        except Problem as refused:
            return refused.status

    @rule(name=st.sampled_from(sorted(CAPTURES)))
    def begin(self, name):
        came = self.do(intake.begin, "g-1", name, "r-1", CAPTURES[name], kit.NOON)
        assert (came == 410) == (name in self.deleted)

    @rule(name=st.sampled_from(sorted(CAPTURES)), seq=st.integers(0, 1))
    def put(self, name, seq):
        body = CHUNKS[name][seq]
        digest = intake.checked(seq, body, kit.digest(body)["Content-Digest"])
        came = self.do(intake.put_chunk, kit.GATEWAY_TOKEN, name, seq, body, digest, kit.NOON)
        assert (came == 410) == (name in self.deleted)

    @rule(name=st.sampled_from(sorted(CAPTURES)))
    def complete(self, name):
        began_ns = int(CAPTURES[name].timestamp()) * 10**9
        came = self.do(intake.complete, "g-1", name, kit.closing(name, CHUNKS[name], began_ns), kit.NOON)
        assert (came == 410) == (name in self.deleted)

    @rule(body=st.sampled_from(FILES))
    def bring_file(self, body):
        came = self.do(intake.keep_file, "r-1", "run.csv", body, kit.NOON)
        assert came != 410 or self.deleted

    @rule()
    def begin_to_read(self):
        """A reviewer takes something up; it has not written anything yet."""
        claim = Claim(by="a server", until=kit.NOON + timedelta(minutes=10))
        request = self.do(captures.claim_next, claim, DECODER_VERSION, kit.NOON)
        if request is not None:
            with self.database.read() as db:
                self.reading.append((request, measuring.taken(db, request, kit.NOON, READERS)))

    @precondition(lambda self: self.reading)
    @rule()
    def end_reading(self):
        request, found = self.reading.pop(0)
        self.do(reviewer._save, request, found, kit.NOON)
        self.compose()

    @rule()
    def compose(self):
        with self.database.read() as db:
            fresh = measuring.measured_again(db, "r-1")
        self.do(measuring.keep, "r-1", fresh)

    @rule(which=st.integers(0, 4))
    def delete(self, which):
        with self.database.read() as db:
            sources = sorted({run.source_id for run in rearranging.runs.runs_of(db, "r-1")} | set(CAPTURES))
            by_source = {run.source_id: run.id for run in rearranging.runs.runs_of(db, "r-1")}
        source = sources[which % len(sources)]
        self.words += 1
        deed = Deed(by=kit.RUNNER, runner_id="r-1", said_id=f"w-{self.words}", now=kit.NOON)
        if self.do(rearranging.delete, deed, by_source.get(source, source)) is None:
            with self.database.read() as db:
                buried = db.connection().execute(text("select source_id from tombstones")).scalars()
                self.deleted |= set(buried)

    @invariant()
    def nothing_that_was_deleted_is_there(self):
        with self.database.read() as db:
            for table, column in TABLES.items():
                there = set(db.connection().execute(text(f"select {column} from {table}")).scalars())
                assert not there & self.deleted, table
            runs = set(db.connection().execute(text("select id from runs")).scalars())
            recordings = set(db.connection().execute(text("select run_id from recordings")).scalars())
            assert recordings <= runs


Clinic.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
test_nothing_that_was_deleted_ever_comes_back = Clinic.TestCase
