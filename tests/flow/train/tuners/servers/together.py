"""Together's files, fine-tunes and endpoints, as documented."""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint

from tests.flow.train.tuners.servers.wire import SECRET, Provider

BASES = ("meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "Qwen/Qwen3-8B")
AT = "2026-11-21T10:00:{:02d}.000Z"
NANOS = 1_795_255_200_000_000_000


class Together(Provider):
    priceless = False

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse(
            {"id": "o1", "error": {"message": message, "type": "x", "param": None, "code": None}}, status
        )

    def routes(self, app: FastAPI) -> None:
        @app.middleware("http")
        async def key(request: Request, call_next: RequestResponseEndpoint) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if given != SECRET:
                return self.refusal(401, f"Invalid API key provided: {given}")
            return await call_next(request)

        @app.get("/v1/fine-tunes/models/supported")
        def supported() -> Any:
            return {"models": [{"name": one} for one in BASES]}

        @app.get("/v1/fine-tunes/models/limits")
        def limits(model_name: str) -> Any:
            part = {"max_batch_size": 128, "max_batch_size_dpo": 64, "min_batch_size": 8}
            return {
                "model_name": model_name,
                "max_num_epochs": 20,
                "max_num_evals": 100,
                "max_learning_rate": 1.0,
                "min_learning_rate": 1e-7,
                "supports_vision": False,
                "full_training": part,
                "lora_training": {**part, "max_rank": 64, "target_modules": ["q_proj"]},
            }

        @app.post("/v1/files/upload")
        async def upload(request: Request) -> Any:
            form = await request.form()
            assert form["purpose"] == "fine-tune"
            content = await form["file"].read()  # type: ignore[union-attr]
            made = {
                "id": f"file-{self.number()}",
                "object": "file",
                "created_at": 1_795_000_000,
                "filename": form["file_name"],
                "bytes": len(content),
                "purpose": "fine-tune",
                "Processed": True,
                "FileType": "jsonl",
                "LineCount": content.count(b"\n"),
            }
            self.files[str(made["id"])] = {**made, "content": content}
            return made

        @app.get("/v1/files")
        def files() -> Any:
            return {"data": [{name: one[name] for name in one if name != "content"} for one in self.files.values()]}

        @app.delete("/v1/files/{id}")
        def drop(id: str) -> Any:
            return (
                {"id": id, "deleted": True}
                if self.files.pop(id, None)
                else self.refusal(404, f"file {id} was not found")
            )

        self._prices(app)
        self._jobs(app)
        self._endpoints(app)

    def _prices(self, app: FastAPI) -> None:
        @app.post("/v1/fine-tunes/estimate-price")
        async def price(request: Request) -> Any:
            body = await request.json()
            if body["training_file"] not in self.files:
                return self.refusal(404, "file was not found")
            if self.priceless:
                return {"estimation_available": False, "unavailable_reason": "not for this model"}
            tokens = len(self.files[body["training_file"]]["content"]) // 4 * body["n_epochs"]
            return {
                "estimation_available": True,
                "allowed_to_proceed": True,
                "estimated_total_price": tokens * 0.48 / 1_000_000,
                "estimated_train_token_count": tokens,
                "estimated_eval_token_count": 0,
                "user_limit": 100.0,
            }

        @app.get("/v1/hardware")
        def hardware(model: str) -> Any:
            listed = [("2x_nvidia_h100_80gb_sxm", 13.3, "available"), ("1x_nvidia_h100_80gb_sxm", 6.65, "available"),
                      ("1x_nvidia_l40s", 3.5, "unavailable")]  # fmt: skip
            return {
                "object": "list",
                "data": [
                    {
                        "object": "hardware",
                        "id": id,
                        "pricing": {"cents_per_minute": cents},
                        "specs": {"gpu_type": "h100", "gpu_count": 1, "gpu_link": "sxm", "gpu_memory": 80},
                        "availability": {"status": free},
                        "updated_at": AT.format(0),
                    }
                    for id, cents, free in listed
                ],
            }

    def _jobs(self, app: FastAPI) -> None:
        @app.post("/v1/fine-tunes")
        async def create(request: Request) -> Any:
            body = await request.json()
            if body["training_file"] not in self.files:
                return self.refusal(400, "training file was not found")
            assert len(body["suffix"]) <= 40
            id = f"ft-{self.number()}"
            self.jobs[id] = {
                **body,
                "id": id,
                "status": "pending",
                "created_at": AT.format(0),
                "updated_at": AT.format(0),
                "user_id": "u1",
                "model_output_name": f"acme/{body['model'].split('/')[1]}-{body['suffix']}-1a2b3c4d",
                "token_count": 0,
                "total_price": 0,
                "epochs_completed": 0,
                "told": [],
                "metrics": [],
            }
            self.tell(id, "job_pending", "Fine tune request created")
            return self._shown(id)

        @app.get("/v1/fine-tunes")
        def listed() -> Any:
            return {"data": [self._shown(id) for id in self.jobs]}

        @app.get("/v1/fine-tunes/{id}")
        def one(id: str) -> Any:
            return _sent(self._shown(id)) if id in self.jobs else self.refusal(404, f"fine tune {id} not found")

        @app.delete("/v1/fine-tunes/{id}")
        def forget(id: str) -> Any:
            job = self.jobs.pop(id, None)
            if job is None:
                return self.refusal(404, f"fine tune {id} not found")
            self.models.discard(job["model_output_name"])
            return {"message": "deleted"}

        @app.get("/v1/fine-tunes/{id}/events")
        def events(id: str) -> Any:
            return _sent({"data": self.jobs[id]["told"]})

        @app.get("/v1/fine-tunes/{id}/metrics")
        def metrics(id: str) -> Any:
            return _sent({"metrics": self.jobs[id]["metrics"]})

        @app.post("/v1/fine-tunes/{id}/cancel")
        def cancel(id: str) -> Any:
            if self.jobs[id]["status"] in ("completed", "error", "cancelled"):
                return self.refusal(400, "job is not cancellable")
            self.jobs[id]["status"] = "cancel_requested"
            return self._shown(id)

    def _endpoints(self, app: FastAPI) -> None:
        @app.get("/v1/endpoints")
        def listed() -> Any:
            return {"object": "list", "data": list(self.serving.values())}

        @app.post("/v1/endpoints")
        async def start(request: Request) -> Any:
            body = await request.json()
            id = f"endpoint-{self.number()}"
            self.serving[id] = {
                "object": "endpoint",
                "id": id,
                "name": f"{body['model']}-{id[-1]}f",
                "model": body["model"],
                "hardware": body["hardware"],
                "type": "dedicated",
                "state": "PENDING",
                "inactive_timeout": body.get("inactive_timeout"),
            }
            return self.serving[id]

        @app.patch("/v1/endpoints/{id}")
        async def change(id: str, request: Request) -> Any:
            self.serving[id]["state"] = (await request.json())["state"]
            return self.serving[id]

        @app.delete("/v1/endpoints/{id}")
        def end(id: str) -> Any:
            return Response(status_code=204) if self.serving.pop(id, None) else self.refusal(404, "no such endpoint")

    def _shown(self, id: str) -> dict[str, Any]:
        return {name: value for name, value in self.jobs[id].items() if name not in ("told", "metrics")}

    def tell(self, id: str, kind: str, message: str, level: str = "info", second: int = 0) -> None:
        self.jobs[id]["told"].append(
            {
                "object": "fine-tune-event",
                "created_at": AT.format(second),
                "level": level,
                "message": message,
                "type": kind,
                "hash": "",
            }
        )

    def run(self, id: str) -> None:
        self.jobs[id] |= {
            "status": "running",
            "epochs_completed": 1,
            "n_epochs": 2,
            "progress": {"estimate_available": True, "seconds_remaining": 600},
        }
        self.tell(id, "job_start", "Job started", second=1)
        self.jobs[id]["metrics"] = [
            {"timestamp": NANOS + step * 10**9, "train/global_step": step, "train/loss": 1 / step} for step in (1, 2, 3)
        ]

    def succeed(self, id: str) -> None:
        self.jobs[id] |= {"status": "completed", "token_count": 12_000, "total_price": 5_760_000, "epochs_completed": 2}
        self.models.add(self.jobs[id]["model_output_name"])
        self.tell(id, "job_complete", "Job finished", second=30)

    def fail(self, id: str, why: str) -> None:
        self.jobs[id]["status"] = "error"
        self.tell(id, "job_error", why, "error", second=30)


def _sent(document: dict[str, Any]) -> Response:
    """A document as it is, with the numbers too that JSON does not know."""
    return Response(json.dumps(document), media_type="application/json")
