"""Posts that publications became. In: what was published. Out: their rows. Never: measures them."""
