"""How much more than usual is asked of a test that may go on for hours: `make soak` asks for a hundred times."""

import os

SOAK = int(os.environ.get("STRIDEGATE_SOAK", "1"))
IS_SHORT = SOAK == 1
