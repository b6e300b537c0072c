"""What the bench of local tuning runs in the Python that trains."""
