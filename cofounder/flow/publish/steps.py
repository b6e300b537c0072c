"""The workflow "publication": wait for the time, attempt once, write down what came of it."""
