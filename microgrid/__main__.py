"""`python -m microgrid` is the command `microgrid`."""

import sys

from microgrid.cli import main

sys.exit(main())
