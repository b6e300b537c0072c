"""A tool server over standard streams whose behaviour a JSON file says: `python toy_server.py FILE`.

Standard library only, so that it starts at once. The file is read again for every request: a test changes it and has
a server that changed. Keys: tools (as MCP lists them), answers (tool -> behaviour), start (behaviour at the start).
Behaviours: {"text"}, {"structured"}, {"error"}, {"silent"}, {"die"}, {"flood": n}, {"megabytes": n}, {"seconds": s}.
Every call is written down as a line beside the file, so that a test can count.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

FILE = Path(sys.argv[1])
CALLS = FILE.with_suffix(".calls")


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def behave(how: dict[str, Any]) -> None:
    if "pid" in how:
        Path(how["pid"]).write_text(str(os.getpid()))
    if "child" in how and os.fork() == 0:  # one that leaves the group and outlives whoever is careless
        os.setsid()
        Path(how["child"]).write_text(str(os.getpid()))
        time.sleep(600)
        os._exit(0)
    if "stderr" in how:
        sys.stderr.write(how["stderr"])
        sys.stderr.flush()
    time.sleep(how.get("seconds", 0))
    for number in range(how.get("flood", 0)):
        sys.stdout.write(f"line {number} of no use to anybody\n")
    sys.stdout.flush()
    if how.get("die"):
        os._exit(3)
    while how.get("silent"):
        time.sleep(60)


def answer(request: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    method, given = request["method"], request.get("params") or {}
    if method == "initialize":
        version = given.get("protocolVersion", "2025-06-18")
        about = {"name": spec.get("name", "toy"), "version": "1.0"}
        return {"result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}}
    if method == "ping":
        return {"result": {}}
    if method == "tools/list":
        behave(spec.get("list", {}))
        return {"result": {"tools": spec.get("tools", [])}}
    if method == "tools/call":
        return called(given, spec)
    return {"error": {"code": -32601, "message": f"no method {method}"}}


def called(given: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    with CALLS.open("a") as file:
        file.write(json.dumps({"name": given["name"], "arguments": given.get("arguments")}) + "\n")
    how = spec.get("answers", {}).get(given["name"], {"text": json.dumps(given.get("arguments"))})
    behave(how)
    if "refuse" in how:
        return {"error": {"code": -32602, "message": how["refuse"]}}
    text = how.get("error") or how.get("text") or "x" * int(how.get("megabytes", 0) * 1_000_000)
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}], "isError": "error" in how}
    if "structured" in how:
        result["structuredContent"] = how["structured"]
    if "cost" in how:
        result["_meta"] = {"cofounder/cost_usd": how["cost"]}
    return {"result": result}


def main() -> None:
    behave(json.loads(FILE.read_text()).get("start", {}))
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request and "method" in request:
            say({"id": request["id"], **answer(request, json.loads(FILE.read_text()))})


if __name__ == "__main__":
    main()
