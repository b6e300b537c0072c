"""The product, in the order a request travels through it. A stage imports only earlier stages."""

STAGES = ("request", "plan", "run", "quality", "approve", "publish", "learn", "train")
