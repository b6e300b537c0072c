"""A worker that lives and does nothing: it is known by its lease, which nobody else renews, and replaced.

What no one can tell apart from it is not taken for it: a database that is away, a machine that slept, a worker that is
still beginning, for which a slow machine has minutes. Whoever does not renew a lease is fenced off, so that killing it loses and repeats nothing.
"""

import os
import sys
import time
from pathlib import Path

from cofounder.cli import children, home, processes

LIVES, SILENT, UNTOLD = 0, 3, 4  # how one that looks ends; however else it ends tells nothing
AT_LEAST_SECONDS = 20.0  # of silence after a lease has run out, however short leases are
BEGINNING_SECONDS = 180.0  # without a first lease while the database answers
ANSWER_SECONDS = 20.0  # that a look may take
SLEPT_SECONDS = 5.0  # between two turns: then we stood still ourselves, and so did everybody


class Watch:
    """Whether a child of ours still says that it lives. `mend` is called again and again, and waits for nothing."""

    def __init__(self, child: children.Child, lease_seconds: float) -> None:
        self.child = child
        self.lease_seconds = lease_seconds
        self.look = children.Child("look", [], Path(os.devnull))
        self.pid: int | None = None
        self.known = False  # it had a lease: before, it may be beginning, which takes longer
        self.silent_since: float | None = None
        self.look_at = self.looked_at = 0.0
        self.turned = self._clocks()

    def mend(self) -> None:
        """Look from time to time; kill what has been silent for long, which is then started again as after any fall."""
        before, self.turned = self.turned, self._clocks()
        if max(now - then for now, then in zip(self.turned, before, strict=True)) > SLEPT_SECONDS:
            self.silent_since = None
        process = self.child.process
        if process is None or process.pid != self.pid:
            self._begin_anew(process.pid if process is not None else None)
        elif self.look.process is not None:
            self._hear(self.look.process.exitcode)
        elif time.monotonic() >= self.look_at:
            self._look(process.pid)

    def close(self) -> None:
        """End a look that is under way."""
        self.look.finish(time.monotonic())

    def _begin_anew(self, pid: int | None) -> None:
        self.close()
        self.pid, self.known, self.silent_since = pid, False, None
        self.look_at = time.monotonic() + self.lease_seconds

    def _look(self, pid: int | None) -> None:
        self.looked_at = time.monotonic()
        with Path(os.devnull).open("wb") as nowhere:
            self.look.begin(lambda: _apart(pid or 0), nowhere.fileno())

    def _hear(self, told: int | None) -> None:
        now = time.monotonic()
        if told is None and now - self.looked_at < ANSWER_SECONDS:
            return
        self.close()
        self.known = self.known or told == LIVES
        if told != SILENT:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = now
        elif now - self.silent_since > self._patience():
            self.child.kill(
                f"The {self.child.name} said nothing for {now - self.silent_since + self.lease_seconds:.0f} seconds"
                " while the database answered; it is killed, and another is started."
            )
        self.look_at = now + (self.lease_seconds if self.silent_since is None else self.lease_seconds / 3)

    def _patience(self) -> float:
        return max(2 * self.lease_seconds, AT_LEAST_SECONDS if self.known else BEGINNING_SECONDS)

    @staticmethod
    def _clocks() -> tuple[float, float]:
        """Both: one of them goes on while the machine sleeps, the other where somebody sets the time back."""
        return time.monotonic(), time.time()


def _apart(pid: int) -> int:
    if not children.FORKS_STAND:
        os.execv(sys.executable, [sys.executable, "-m", "cofounder.cli.silence", str(pid)])
    return told_of(pid)


def told_of(pid: int) -> int:
    """How it stands with the lease of a process of this machine: LIVES, SILENT or UNTOLD."""
    processes.follow_parent()
    return home.run(_look_up(pid))


async def _look_up(pid: int) -> int:
    from cofounder.kit import db, leases, postgres
    from cofounder.settings import settings

    chosen = settings()
    if chosen.database_url is None and not postgres.status(home.folder()).running:
        return UNTOLD
    db.connect(chosen.database_url or postgres.ensure(home.folder()), chosen.database_schema)
    try:
        holds = await leases.holds(pid)
    finally:
        await db.dispose()
    return UNTOLD if holds is None else LIVES if holds else SILENT


if __name__ == "__main__":
    sys.exit(told_of(int(sys.argv[1])))
