"""Scripts that measure. Numbers are worked on by one thread, as in the program's own processes."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
