"""Work in the background, one piece at a time: Dagster's daemon calls its sensors one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Errand:
    """What somebody is sent to do while the sender goes on. It ends with the process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._fault: Exception | None = None

    def begin(self, work: Callable[[], object]) -> bool:
        """Begin, and give True; or False where the work begun before is still under way.

        Raises:
            Exception: what ended the work before; the next call begins anew.
        """
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = None
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        self._thread = threading.Thread(target=self._run, args=(work,), name=self._name, daemon=True)
        self._thread.start()
        return True

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the thread ends here; whoever begins the next work is told
            self._fault = error

    def wait(self) -> None:
        """Return when nothing is under way."""
        if self._thread is not None:
            self._thread.join()
