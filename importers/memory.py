"""Memory back to the system once a large file is done with: what the C library keeps of it stands beside what comes next."""

import ctypes
import gc
import sys
from contextlib import suppress


def give_back() -> None:
    """Let go of what nothing holds any more; the C library of most Linux systems does so when it is asked."""
    gc.collect()
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
