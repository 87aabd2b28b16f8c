"""Every planted bug that only real Bluetooth shows must turn its test red; each takes minutes in a machine of its own.

python tests/bluez/planted/run.py [NAME...]
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNNER = HERE.parent.parent / "planted" / "run.py"

if __name__ == "__main__":
    runner = runpy.run_path(str(RUNNER))
    main = runner["main"]
    main.__globals__["HERE"] = HERE
    sys.exit(main())
