"""Google Cloud: signing in with a service account, storage, and Vertex's tuning jobs, as documented."""

import base64
import hashlib
import json
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint

from tests.flow.train.tuners.servers.wire import SECRET, Provider

PROJECT, LOCATION, BUCKET = "acme-42", "us-central1", "acme-tuning"
PLACE = f"projects/{PROJECT}/locations/{LOCATION}"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whatever the address, Google's own tools say this one
BASES = ("gemini-2.5-flash", "gemini-2.5-pro")
AT = "2026-11-21T10:0{}:00.123456Z"
_WORDS = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


class Vertex(Provider):
    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def service_account(self) -> str:
        """The JSON that the console lets one download."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "k1",
                "private_key": pem.decode(),
                "client_email": f"tuner@{PROJECT}.iam.gserviceaccount.com",
                "client_id": "1",
                "token_uri": f"{self.url}/token",
            }
        )

    def refusal(self, status: int, message: str) -> Response:
        error = {"code": status, "message": message, "status": _WORDS.get(status, "INTERNAL")}
        return JSONResponse({"error": error}, status)

    def routes(self, app: FastAPI) -> None:
        @app.middleware("http")
        async def token(request: Request, call_next: RequestResponseEndpoint) -> Response:
            if request.url.path != "/token" and request.headers.get("authorization") != f"Bearer {SECRET}":
                return self.refusal(401, "Request had invalid authentication credentials.")
            return await call_next(request)

        @app.post("/token")
        async def sign_in(request: Request) -> Any:
            form = await request.form()
            try:
                told = jwt.decode(str(form["assertion"]), self.key.public_key(), ["RS256"], audience=AUDIENCE)
            except jwt.PyJWTError:
                return JSONResponse({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
            assert "cloud-platform" in told["scope"]
            return {"access_token": SECRET, "expires_in": 3599, "token_type": "Bearer"}

        self._storage(app)
        self._jobs(app)
        self._endpoints(app)

    def _storage(self, app: FastAPI) -> None:
        @app.get("/storage/v1/b/{bucket}")
        def bucket(bucket: str) -> Any:
            return (
                {"kind": "storage#bucket", "name": bucket} if bucket == BUCKET else self.refusal(404, "no such bucket")
            )

        @app.get("/storage/v1/b/{bucket}/o/{name:path}")
        def one(bucket: str, name: str) -> Any:
            return self.files[name]["about"] if name in self.files else self.refusal(404, f"No such object: {name}")

        @app.post("/upload/storage/v1/b/{bucket}/o")
        async def upload(bucket: str, name: str, uploadType: str, request: Request) -> Any:
            content = await request.body()
            assert (bucket, uploadType) == (BUCKET, "media")
            assert int(request.headers["content-length"]) == len(content)
            about = {
                "kind": "storage#object",
                "name": name,
                "bucket": bucket,
                "size": str(len(content)),
                "md5Hash": base64.b64encode(hashlib.md5(content).digest()).decode(),
            }
            self.files[name] = {"about": about, "content": content}
            return about

        @app.delete("/storage/v1/b/{bucket}/o/{name:path}")
        def drop(bucket: str, name: str) -> Any:
            return Response(status_code=204) if self.files.pop(name, None) else self.refusal(404, "No such object")

    def _jobs(self, app: FastAPI) -> None:
        @app.get("/v1beta1/publishers/google/models/{name}")
        def base(name: str) -> Any:
            found = {"name": f"publishers/google/models/{name}", "launchStage": "GA"}
            return found if name in BASES else self.refusal(404, f"Publisher Model {name} is not found.")

        @app.post(f"/v1beta1/{PLACE}/tuningJobs")
        async def create(request: Request) -> Any:
            body = await request.json()
            spec = body.get("supervisedTuningSpec") or body["preferenceOptimizationSpec"]
            for name in ("trainingDatasetUri", "validationDatasetUri"):
                if name in spec and spec[name].removeprefix(f"gs://{BUCKET}/") not in self.files:
                    return self.refusal(400, f"{spec[name]} does not exist")
            if any(len(one) > 63 for one in body["labels"].values()):
                return self.refusal(400, "a label is too long")
            name = f"projects/424242/locations/{LOCATION}/tuningJobs/{self.number()}"
            self.jobs[name] = {**body, "name": name, "state": "JOB_STATE_PENDING", "createTime": AT.format(0)}
            return self.jobs[name]

        @app.get(f"/v1beta1/{PLACE}/tuningJobs")
        def listed(pageSize: int = 100, pageToken: str = "0") -> Any:
            """One job a page, whatever is asked: pages have to be followed."""
            at, all_jobs = int(pageToken), list(self.jobs.values())
            more = {"nextPageToken": str(at + 1)} if at + 1 < len(all_jobs) else {}
            return {"tuningJobs": all_jobs[at : at + 1], **more}

        @app.get("/v1beta1/projects/{project}/locations/{place}/tuningJobs/{id}")
        def one(project: str, place: str, id: str) -> Any:
            name = f"projects/{project}/locations/{place}/tuningJobs/{id}"
            return self.jobs[name] if name in self.jobs else self.refusal(404, "The TuningJob does not exist.")

        @app.post("/v1beta1/projects/{project}/locations/{place}/tuningJobs/{id}:cancel")
        def cancel(project: str, place: str, id: str) -> Any:
            job = self.jobs[f"projects/{project}/locations/{place}/tuningJobs/{id}"]
            if job["state"] in ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED"):
                return self.refusal(400, "The job is in a terminal state.")
            job["state"] = "JOB_STATE_CANCELLING"
            return {}

    def _endpoints(self, app: FastAPI) -> None:
        @app.get("/v1beta1/{place:path}/endpoints/{id}")
        def endpoint(place: str, id: str) -> Any:
            return self.serving.get(f"{place}/endpoints/{id}") or self.refusal(404, "The Endpoint does not exist.")

        @app.post("/v1beta1/{place:path}/endpoints/{id}:undeployModel")
        async def undeploy(place: str, id: str, request: Request) -> Any:
            told = await request.json()
            one = self.serving[f"{place}/endpoints/{id}"]
            one["deployedModels"] = [each for each in one["deployedModels"] if each["id"] != told["deployedModelId"]]
            return {"name": f"{place}/operations/{self.number()}"}

        @app.delete("/v1beta1/{place:path}/endpoints/{id}")
        def end(place: str, id: str) -> Any:
            name = f"{place}/endpoints/{id}"
            if name not in self.serving:
                return self.refusal(404, "The Endpoint does not exist.")
            if self.serving[name]["deployedModels"]:
                return self.refusal(400, "The Endpoint still has deployed models.")
            del self.serving[name]
            return {"name": f"{place}/operations/{self.number()}", "done": True}

        @app.delete("/v1beta1/{place:path}/models/{id}")
        def forget(place: str, id: str) -> Any:
            name = f"{place}/models/{id}"
            if name not in self.models:
                return self.refusal(404, "The Model does not exist.")
            self.models.remove(name)
            return {"name": f"{place}/operations/{self.number()}"}

        @app.get("/v1beta1/{place:path}/operations/{id}")
        def operation(place: str, id: str) -> Any:
            return {"name": f"{place}/operations/{id}", "done": True, "response": {}}

    def run(self, id: str) -> None:
        self.jobs[id] |= {
            "state": "JOB_STATE_RUNNING",
            "startTime": AT.format(1),
            "updateTime": AT.format(2),
            "tunedModel": {"checkpoints": [{"checkpointId": "1", "epoch": "1", "step": "10"}]},
        }

    def succeed(self, id: str) -> None:
        place = id.rpartition("/tuningJobs/")[0]
        number = id.rpartition("/")[2]
        model, endpoint = f"{place}/models/77{number}", f"{place}/endpoints/99{number}"
        self.models.add(model)
        self.serving[endpoint] = {"name": endpoint, "deployedModels": [{"id": "5", "model": model}]}
        self.jobs[id] |= {
            "state": "JOB_STATE_SUCCEEDED",
            "endTime": AT.format(5),
            "tunedModel": {
                "model": f"{model}@1",
                "endpoint": endpoint,
                "checkpoints": [{"checkpointId": "1", "epoch": "1", "step": "10", "endpoint": endpoint}],
            },
            "tuningDataStats": {"supervisedTuningDataStats": {"totalBillableTokenCount": "12000"}},
        }

    def fail(self, id: str, why: str) -> None:
        self.jobs[id] |= {
            "state": "JOB_STATE_FAILED",
            "endTime": AT.format(5),
            "error": {"code": 3, "message": why},
        }
