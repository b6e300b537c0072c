"""Rows of the sample company, which count until there are own ones."""
