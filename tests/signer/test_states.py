"""Whatever is done to the keys in whatever order: states only move on, dates too, and one key signs."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from gateway.errors import KeyStateRefused, SignerFailed
from gateway.signer import NEW_KINDS, REASONS, KeyRecord, KeyStore
from tests.signer.parts import NOW, key_file

ORDER = ("active", "retired", "revoked")


class Keys(RuleBasedStateMachine):
    """The keys of one gateway, and what is remembered of them."""

    numbers = Bundle("numbers")

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.data = Path(self.folder.name)
        self.now = NOW
        self.store = KeyStore(self.data)
        self.seen: dict[int, KeyRecord] = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(hours=st.integers(-48, 48))
    def the_clock_moves(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_process_restarts(self) -> None:
        self.store = KeyStore(self.data)

    @rule(target=numbers, kind=st.sampled_from(NEW_KINDS))
    def new(self, kind: str) -> int:
        made = self.store.new(self.now, kind)
        assert made.number not in self.seen
        assert self.store.key(kind)[0] == made
        return made.number

    @rule(target=numbers, kind=st.sampled_from(("", *NEW_KINDS)))
    def rotate(self, kind: str) -> int:
        made, retired = self.store.rotate(self.now, kind)
        assert {record.kind for record in retired} <= {made.kind}
        active = [r for r in self.store.records() if r.state == "active" and r.kind == made.kind]
        assert active == [made]
        return made.number

    @rule(number=numbers)
    def retire(self, number: int) -> None:
        if self.store.record(number).state == "revoked":
            with pytest.raises(KeyStateRefused):
                self.store.retire(number, self.now)
        else:
            assert self.store.retire(number, self.now).state == "retired"

    @rule(number=consumes(numbers), reason=st.sampled_from(REASONS))
    def revoke(self, number: int, reason: str) -> None:
        assert self.store.revoke(number, self.now, reason=reason).reason == reason

    @invariant()
    def states_and_dates_only_move_on(self) -> None:
        records = {record.number: record for record in KeyStore(self.data).records()}
        assert list(records) == list(range(1, len(records) + 1))
        for number, before in self.seen.items():
            after = records[number]
            assert (after.public, after.created) == (before.public, before.created)
            assert ORDER.index(after.state) >= ORDER.index(before.state)
            assert before.retired in ("", after.retired)
            assert before.revoked in ("", after.revoked)
        for record in records.values():
            dates = [date for date in (record.created, record.retired, record.revoked) if date]
            assert dates == sorted(dates)
            text = key_file(self.data, record.number).read_text()
            assert ("secretKeyMultibase" in text) == (record.state != "revoked")
        self.seen = records

    @invariant()
    def the_newest_active_key_signs_or_none(self) -> None:
        for kind in NEW_KINDS:
            active = [r for r in self.store.records() if r.state == "active" and r.kind == kind]
            if active:
                assert self.store.key(kind)[0] == active[-1]
            else:
                with pytest.raises(SignerFailed):
                    self.store.key(kind)


Keys.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestKeys = Keys.TestCase
