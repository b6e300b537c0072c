"""The command line: the local owner's way into the product.

In: words typed at a terminal or in a script. Out: text for a person, or with --json nothing but JSON on standard
output; one line on standard error and an exit code when something is wrong. It calls the same services as the HTTP
routes, in process, and never holds a rule of its own about tasks, texts or decisions.
"""

from cofounder.cli.program import main

__all__ = ["main"]
