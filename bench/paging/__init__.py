"""What the bench of the page is measured on: a company with a long past."""
