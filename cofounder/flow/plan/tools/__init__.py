"""Tools found over MCP: our own agents in memory, others over stdio or HTTP. Finds and calls; never decides."""
