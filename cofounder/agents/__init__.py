"""The product's own tool servers (MCP), one module an agent: `SERVER` holds its tools.

In: typed arguments of a plan step, a chat turn or an outside assistant. Out: typed answers with their sources.
Never: publishes, decides, or opens a network connection; a tool reads through services and commits nothing else.
"""
