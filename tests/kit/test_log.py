"""What a log says, on a terminal and in a file, holds no secret."""

import errno
import io

import pytest
import structlog

from cofounder.kit import log

PASSWORD = "four words in a row"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[Terminal, io.StringIO])
def written(request: pytest.FixtureRequest):
    """What is written while it stands for standard error."""
    stream = request.param()
    log.configure("INFO", stream=stream)
    yield stream
    structlog.reset_defaults()


def fails(password: str) -> None:
    raise RuntimeError("no answer from postgresql://app:sekret-pw@db.example/main")


def test_an_error_tells_where_it_broke_and_neither_the_values_there_nor_a_password(written: io.StringIO) -> None:
    try:
        fails(PASSWORD)
    except RuntimeError as error:
        log.logger("test").error("unexpected error", exc_info=error)
    said = written.getvalue()
    assert "RuntimeError" in said
    assert "in fails" in said
    assert PASSWORD not in said
    assert "sekret-pw" not in said


def closed() -> io.StringIO:
    made = io.StringIO()
    made.close()
    return made


class Gone(io.StringIO):
    """A log on a full disk, or at the end of a pipe that nobody reads any more."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


@pytest.mark.parametrize("stream", [Gone(), closed()], ids=["full", "closed"])
def test_a_log_that_cannot_be_written_breaks_nothing(stream: io.StringIO) -> None:
    log.configure("INFO", stream=stream)
    try:
        log.logger("test").error("unexpected error", exc_info=RuntimeError("why"))
    finally:
        structlog.reset_defaults()
