"""The product as an MCP server: another assistant asks for work, sees how it stands, decides, finds what was learned.

In: MCP over HTTP at /mcp with a key, or over standard input and output as `cofounder mcp`. Out: tools that the caller's
role allows, each with typed answers; a refusal in the words of every other door. Never: a decision without the text's
fingerprint and an approver's key, a session that only one server knows, or our own tools of the plan and the chat.
"""
