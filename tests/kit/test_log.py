"""What a log says, on a terminal and in a file, holds no secret."""

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
