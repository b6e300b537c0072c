"""OpenAI's files and fine-tuning jobs, as documented."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile
from starlette.middleware.base import RequestResponseEndpoint

from tests.flow.train.tuners.servers.wire import SECRET, Provider

BASES = ("gpt-4.1-mini-2025-04-14", "gpt-4o-mini-2024-07-18", "gpt-5-mini")
NOW = 1_795_000_000


class OpenAI(Provider):
    shutdown = "2027-01-14"

    def refusal(self, status: int, message: str) -> Response:
        code = "invalid_api_key" if status == 401 else None
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        return JSONResponse({"error": error}, status)

    def routes(self, app: FastAPI) -> None:
        @app.middleware("http")
        async def key(request: Request, call_next: RequestResponseEndpoint) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if given != SECRET:
                return self.refusal(401, f"Incorrect API key provided: {given}.")
            return await call_next(request)

        @app.get("/v1/models")
        def models() -> Any:
            listed = [
                {"id": one, "object": "model", "created": NOW, "owned_by": "system", "shutdown_date": self.shutdown}
                for one in BASES
            ]
            return {"object": "list", "data": listed}

        @app.get("/v1/models/{name:path}")
        def model(name: str) -> Any:
            return {"id": name} if name in self.models else self.refusal(404, f"The model {name} does not exist")

        @app.delete("/v1/models/{name:path}")
        def forget(name: str) -> Any:
            if name not in self.models:
                return self.refusal(404, f"The model {name} does not exist")
            self.models.remove(name)
            return {"id": name, "object": "model", "deleted": True}

        @app.post("/v1/files")
        async def upload(request: Request) -> Any:
            form = await request.form()
            file = form["file"]
            assert form["purpose"] == "fine-tune"
            assert isinstance(file, UploadFile)
            content = await file.read()
            made = {
                "id": f"file-{self.number()}",
                "object": "file",
                "bytes": len(content),
                "created_at": NOW,
                "filename": file.filename,
                "purpose": "fine-tune",
                "status": "processed",
            }
            self.files[str(made["id"])] = {**made, "content": content}
            return made

        @app.get("/v1/files")
        def files() -> Any:
            listed = [{name: one[name] for name in one if name != "content"} for one in self.files.values()]
            return {"object": "list", "data": listed, "has_more": False}

        @app.delete("/v1/files/{id}")
        def drop(id: str) -> Any:
            if self.files.pop(id, None) is None:
                return self.refusal(404, f"No such File object: {id}")
            return {"id": id, "object": "file", "deleted": True}

        self._jobs(app)

    def _jobs(self, app: FastAPI) -> None:
        @app.post("/v1/fine_tuning/jobs")
        async def create(request: Request) -> Any:
            body = await request.json()
            if body["training_file"] not in self.files:
                return self.refusal(400, "invalid training_file")
            id = f"ftjob-{self.number()}"
            self.jobs[id] = {
                "id": id,
                "object": "fine_tuning.job",
                "created_at": NOW,
                "status": "validating_files",
                "fine_tuned_model": None,
                "trained_tokens": None,
                "estimated_finish": None,
                "error": None,
                "organization_id": "org-1",
                "result_files": [],
                "hyperparameters": {"n_epochs": "auto"},
                **{one: body.get(one) for one in ("model", "training_file", "validation_file", "seed", "metadata")},
                "method": body["method"],
                "suffix": body["suffix"],
                "events": [],
            }
            self.tell(id, "Created fine-tuning job")
            return self._shown(id)

        @app.get("/v1/fine_tuning/jobs")
        def listed(request: Request) -> Any:
            wanted = {
                name.removeprefix("metadata[").removesuffix("]"): value
                for name, value in request.query_params.items()
                if name.startswith("metadata[")
            }
            found = [
                self._shown(id)
                for id, one in reversed(self.jobs.items())
                if all((one["metadata"] or {}).get(name) == value for name, value in wanted.items())
            ]
            return {"object": "list", "data": found, "has_more": False}

        @app.get("/v1/fine_tuning/jobs/{id}")
        def one(id: str) -> Any:
            return self._shown(id) if id in self.jobs else self.refusal(404, f"Could not find fine tune: {id}")

        @app.get("/v1/fine_tuning/jobs/{id}/events")
        def events(id: str, limit: int = 20, after: str | None = None) -> Any:
            """The newest first; `after` goes on to older ones."""
            told = list(reversed(self.jobs[id]["events"]))
            start = next((place + 1 for place, one in enumerate(told) if one["id"] == after), 0)
            page = told[start : start + limit]
            return {"object": "list", "data": page, "has_more": start + limit < len(told)}

        @app.get("/v1/fine_tuning/jobs/{id}/checkpoints")
        def checkpoints(id: str) -> Any:
            made = {
                "id": "ftckpt-1",
                "fine_tuned_model_checkpoint": "ft:x:ckpt-step-2",
                "step_number": 2,
                "metrics": {"step": 2, "train_loss": 0.5},
            }
            return {"object": "list", "data": [made], "has_more": False}

        @app.post("/v1/fine_tuning/jobs/{id}/cancel")
        def cancel(id: str) -> Any:
            job = self.jobs[id]
            if job["status"] in ("succeeded", "failed", "cancelled"):
                return self.refusal(400, f"Job has already completed: {id}")
            job["status"] = "cancelled"
            return self._shown(id)

    def _shown(self, id: str) -> dict[str, Any]:
        return {name: value for name, value in self.jobs[id].items() if name != "events"}

    def tell(self, id: str, message: str, **data: Any) -> None:
        number = len(self.jobs[id]["events"])
        self.jobs[id]["events"].append(
            {
                "id": f"ftevent-{id}-{9 - number % 10}{number}",  # no order can be read from it
                "object": "fine_tuning.job.event",
                "created_at": NOW + number // 2,  # two a second
                "level": "info",
                "message": message,
                "type": "metrics" if data else "message",
                "data": data or None,
            }
        )

    def run(self, id: str) -> None:
        self.jobs[id] |= {"status": "running", "estimated_finish": NOW + 900}
        for step in range(1, 5):
            self.tell(id, f"Step {step}/8: training loss={1 / step:.2f}", step=step, total_steps=8, train_loss=1 / step)

    def succeed(self, id: str) -> None:
        model = f"ft:{self.jobs[id]['model']}:acme:{self.jobs[id]['suffix']}:abc{id.rpartition('-')[2]}"
        self.models.add(model)
        self.jobs[id] |= {"status": "succeeded", "fine_tuned_model": model, "trained_tokens": 12_000}
        self.tell(id, "The job has successfully completed")

    def fail(self, id: str, why: str) -> None:
        self.jobs[id] |= {"status": "failed", "error": {"code": "invalid_training_file", "message": why, "param": None}}
