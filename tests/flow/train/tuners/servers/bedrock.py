"""Bedrock's customization of models and the part of S3 that it needs, as botocore's own models of them say."""

import hmac
from typing import Any
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint

from tests.flow.train.tuners.servers.wire import SECRET, Provider

REGION, BUCKET, ACCESS = "us-west-2", "acme-tuning", "AKIATESTTESTTEST"
ROLE = "arn:aws:iam::123456789012:role/tuning"
NOVA, LLAMA, CLAUDE = (
    "amazon.nova-micro-v1:0:128k",
    "meta.llama3-1-8b-instruct-v1:0:128k",
    "anthropic.claude-3-haiku-20240307-v1:0:200k",
)
AT = "2026-11-21T10:0{}:00Z"
_CODES = {401: "UnrecognizedClientException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
          429: "ThrottlingException", 400: "ValidationException", 409: "ConflictException"}  # fmt: skip


class Bedrock(Provider):
    lifecycle: dict[str, Any] = {"status": "ACTIVE", "startOfLifeTime": "2024-12-03T00:00:00Z"}  # noqa: RUF012
    listed: tuple[str, ...] = (NOVA, LLAMA)
    made_at_once = True  # a deployment is active when it is next looked at

    def refusal(self, status: int, message: str) -> Response:
        code = _CODES.get(status, "InternalServerException")
        return JSONResponse({"message": message}, status, {"x-amzn-ErrorType": code})

    def routes(self, app: FastAPI) -> None:
        @app.middleware("http")
        async def signed(request: Request, call_next: RequestResponseEndpoint) -> Response:
            given = request.headers.get("authorization", "")
            if f"Credential={ACCESS}/" not in given or not hmac.compare_digest(self.secret, SECRET):
                return self.refusal(403 if "/s3/" in given else 401, "The security token included is invalid.")
            return await call_next(request)

        @app.get("/foundation-models")
        def models(byCustomizationType: str) -> Any:
            assert byCustomizationType == "FINE_TUNING"
            return {
                "modelSummaries": [
                    {
                        "modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{one}",
                        "modelId": one,
                        "modelName": one,
                        "providerName": one.split(".")[0],
                        "inputModalities": ["TEXT"],
                        "outputModalities": ["TEXT"],
                        "customizationsSupported": ["FINE_TUNING"],
                        "inferenceTypesSupported": ["PROVISIONED"],
                        "modelLifecycle": self.lifecycle,
                    }
                    for one in (*self.listed, "amazon.titan-text-lite-v1:0:4k")
                ]
            }

        self._jobs(app)
        self._deployments(app)
        self._storage(app)

    secret = SECRET

    def _jobs(self, app: FastAPI) -> None:
        @app.post("/model-customization-jobs")
        async def create(request: Request) -> Any:
            body = await request.json()
            name = body["jobName"]
            if name in self.jobs:
                return self.refusal(409, f"A job with the name {name} already exists.")
            for address in (body["trainingDataConfig"]["s3Uri"],):
                if address.removeprefix(f"s3://{BUCKET}/") not in self.files:
                    return self.refusal(400, f"{address} cannot be read")
            if any(not isinstance(one, str) for one in body["hyperParameters"].values()):
                return self.refusal(400, "hyperParameters are texts")
            self.jobs[name] = {
                **{one: body[one] for one in body if one not in ("customModelName", "clientRequestToken", "jobTags")},
                "jobArn": f"arn:aws:bedrock:{REGION}:123456789012:model-customization-job/{name}/abcdefabcdef",
                "outputModelName": body["customModelName"],
                "baseModelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{body['baseModelIdentifier']}",
                "status": "InProgress",
                "statusDetails": {
                    "validationDetails": {"status": "InProgress", "creationTime": AT.format(0)},
                    "dataProcessingDetails": {"status": "NotStarted"},
                    "trainingDetails": {"status": "NotStarted"},
                },
                "creationTime": AT.format(0),
                "lastModifiedTime": AT.format(0),
            }
            return JSONResponse({"jobArn": self.jobs[name]["jobArn"]}, 201)

        @app.get("/model-customization-jobs")
        def listed(nameContains: str = "", nextToken: str = "0") -> Any:
            """One job a page, whatever is asked: pages have to be followed."""
            found = [one for one in self.jobs.values() if nameContains in one["jobName"]]
            at = int(nextToken)
            names = ("jobArn", "baseModelArn", "jobName", "status", "creationTime")
            page = [
                {**{name: one[name] for name in names}, "customModelName": one["outputModelName"]}
                for one in found[at : at + 1]
            ]
            more = {"nextToken": str(at + 1)} if at + 1 < len(found) else {}
            return {"modelCustomizationJobSummaries": page, **more}

        @app.get("/model-customization-jobs/{name}")
        def one(name: str) -> Any:
            return self.jobs.get(name) or self.refusal(404, "Could not find the job.")

        @app.post("/model-customization-jobs/{name}/stop")
        def stop(name: str) -> Any:
            if self.jobs[name]["status"] != "InProgress":
                return self.refusal(409, "The job is not in progress.")
            self.jobs[name]["status"] = "Stopping"
            return {}

    def _deployments(self, app: FastAPI) -> None:
        place = "/model-customization/custom-model-deployments"

        @app.post(place)
        async def create(request: Request) -> Any:
            body = await request.json()
            if body["modelArn"] not in self.models:
                return self.refusal(404, "no such model")
            arn = f"arn:aws:bedrock:{REGION}:123456789012:custom-model-deployment/abcdefabcd{self.number():02d}"
            self.serving[arn] = {
                "customModelDeploymentArn": arn,
                "customModelDeploymentName": body["modelDeploymentName"],
                "modelArn": body["modelArn"],
                "createdAt": AT.format(6),
                "status": "Creating",
            }
            return JSONResponse({"customModelDeploymentArn": arn}, 202)

        @app.get(place)
        def listed(modelArnEquals: str) -> Any:
            found = [dict(one) for one in self.serving.values() if one["modelArn"] == modelArnEquals]
            for one in self.serving.values():
                one["status"] = "Active" if self.made_at_once else "Creating"
            return {"modelDeploymentSummaries": found}

        @app.delete(place + "/{arn:path}")
        def end(arn: str) -> Any:
            return {} if self.serving.pop(arn, None) else self.refusal(404, "no such deployment")

        @app.delete("/custom-models/{arn:path}")
        def forget(arn: str) -> Any:
            if arn not in self.models:
                return self.refusal(404, "no such model")
            if any(one["modelArn"] == arn for one in self.serving.values()):
                return self.refusal(409, "The model is deployed.")
            self.models.remove(arn)
            return {}

    def _storage(self, app: FastAPI) -> None:
        @app.api_route(f"/{BUCKET}", methods=["HEAD", "GET"])
        def bucket(request: Request, prefix: str = "") -> Response:
            names = [one for one in self.files if one.startswith(prefix)]
            listed = "".join(f"<Contents><Key>{escape(one)}</Key><Size>1</Size></Contents>" for one in names)
            return _xml(f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>")

        @app.put(f"/{BUCKET}/{{name:path}}")
        async def put(name: str, request: Request) -> Response:
            content = await request.body()
            if "aws-chunked" in request.headers.get("content-encoding", ""):
                content = _unchunked(content)
            self.files[name] = {"content": content, "sha256": request.headers.get("x-amz-meta-sha256", "")}
            return Response(headers={"ETag": '"1"'})

        @app.api_route(f"/{BUCKET}/{{name:path}}", methods=["HEAD", "GET"])
        def get(name: str) -> Response:
            if name not in self.files:
                return _xml("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", 404)
            return Response(self.files[name]["content"], headers={"x-amz-meta-sha256": self.files[name]["sha256"]})

        @app.delete(f"/{BUCKET}/{{name:path}}")
        def drop(name: str) -> Response:
            self.files.pop(name, None)
            return Response(status_code=204)

    def run(self, id: str) -> None:
        done = {"status": "Completed", "creationTime": AT.format(0)}
        self.jobs[id]["statusDetails"] = {
            "validationDetails": done,
            "dataProcessingDetails": done,
            "trainingDetails": {"status": "InProgress", "creationTime": AT.format(1)},
        }

    def succeed(self, id: str) -> None:
        self.run(id)
        mark = f"{list(self.jobs).index(id):012x}"
        arn = f"arn:aws:bedrock:{REGION}:123456789012:custom-model/amazon.nova-micro-v1:0:128k/{mark}"
        self.models.add(arn)
        under = self.jobs[id]["outputDataConfig"]["s3Uri"].removeprefix(f"s3://{BUCKET}/")
        name = f"{under}model-customization-job-abcdefabcdef/training_artifacts/step_wise_training_metrics.csv"
        rows = "step_number,epoch_number,training_loss,perplexity\n0,0,1.5,4.4\n1,0,0.75,2.1\n"
        self.files[name] = {"content": rows.encode(), "sha256": ""}
        self.jobs[id] |= {
            "status": "Completed",
            "outputModelArn": arn,
            "endTime": AT.format(5),
            "trainingMetrics": {"trainingLoss": 0.75},
            "validationMetrics": [{"validationLoss": 0.8}],
        }

    def fail(self, id: str, why: str) -> None:
        self.jobs[id] |= {"status": "Failed", "failureMessage": why, "endTime": AT.format(5)}


def _xml(body: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, media_type="application/xml")


def _unchunked(content: bytes) -> bytes:
    """What an upload in AWS's chunks holds."""
    found, rest = b"", content
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if size == 0:
            return found
        found, rest = found + rest[:size], rest[size + 2 :]
    return found
