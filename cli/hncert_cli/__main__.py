"""`python -m hncert_cli`."""

import sys

from hncert_cli import main

sys.exit(main())
