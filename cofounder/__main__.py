"""`python -m cofounder`, the same as the command `cofounder`."""

from cofounder.cli import main

main()
