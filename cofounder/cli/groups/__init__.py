"""The commands, one module a group. A module imports what it needs inside its functions, so that help comes at once."""
