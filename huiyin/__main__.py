"""`python -m huiyin` and the `huiyin` command."""

import sys

from huiyin.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
