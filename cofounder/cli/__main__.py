"""`python -m cofounder.cli`, for a process that must run in this very environment."""

from cofounder.cli import main

main()
