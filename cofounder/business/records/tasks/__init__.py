"""Requests and their runs, as rows of the records."""
