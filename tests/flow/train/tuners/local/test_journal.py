"""What a training wrote down is read as it stands, whatever cut it short."""

from pathlib import Path

import pytest

from cofounder.flow.train.tuners.interface import CancelTooLate
from cofounder.flow.train.tuners.local import job, journal, process
from cofounder.flow.train.tuners.local.trainer.notes import Notes


def test_a_line_that_is_not_whole_is_no_error_and_is_read_once_it_is(tmp_path: Path) -> None:
    place = tmp_path / journal.NAME
    place.write_bytes(b'{"kind":"loss","message":"Loss 1","at":1,"step":1,"loss":1.0}\n{"kind":"loss","mess')
    assert [one.message for one in job.events(tmp_path, None)] == ["Loss 1"]
    with place.open("ab") as file:
        file.write(b'age":"Loss 2","at":2,"step":2,"loss":0.5}\n')
    assert [one.loss for one in job.events(tmp_path, "00000001")] == [0.5]


def test_a_line_that_a_kill_cut_short_is_passed_over_and_the_next_one_is_whole(tmp_path: Path) -> None:
    Notes(tmp_path).say("note", "before")
    with (tmp_path / journal.NAME).open("ab") as file:
        file.write(b'{"kind":"loss","mess')
    Notes(tmp_path).say("note", "after")
    assert [(one.id, one.message) for one in job.events(tmp_path, None)] == [
        ("00000001", "before"),
        ("00000003", "after"),
    ]


def test_there_is_room_for_the_last_word_before_the_training_begins(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    kept = (tmp_path / journal.END).stat().st_size
    assert journal.ended(tmp_path) is None
    notes.end(state="failed", reason="disk_full", words="no room")
    assert (tmp_path / journal.END).stat().st_size == kept
    end = journal.ended(tmp_path)
    assert end is not None
    assert end["words"] == "no room"


def test_nothing_is_at_work_in_a_folder_whose_process_is_gone(tmp_path: Path) -> None:
    assert not process.lives(tmp_path)
    (tmp_path / process.LOCK).touch()
    (tmp_path / process.WHO).write_text('{"pid": 1, "started": 1.0}')
    assert not process.lives(tmp_path)
    assert process.process(tmp_path) is None  # and the process that has its number now is left alone


def test_a_training_that_ended_cannot_be_cancelled(tmp_path: Path) -> None:
    Notes(tmp_path).end(state="succeeded", reason=None)
    with pytest.raises(CancelTooLate, match="ended already: succeeded"):
        job.cancel(tmp_path)
