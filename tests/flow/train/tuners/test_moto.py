"""Bedrock's tuner beside moto, which others made: its jobs and its S3 (it has no list of models and no deployments)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from cofounder.flow.train.tuners.bedrock import BedrockTuner
from cofounder.settings import Settings
from tests.flow.train.tuners.servers.bedrock import BUCKET, NOVA, REGION, ROLE
from tests.flow.train.tuners.worlds import KEY, World, lines_of

pytest.importorskip("moto.server", reason="moto is not installed: pip install 'cofounder[dev]'")


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    from moto.server import ThreadedMotoServer

    monkeypatch.setenv("MOTO_CALL_RESET_API", "false")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    try:
        chosen = Settings(
            bedrock_region=REGION,
            bedrock_bucket=BUCKET,
            bedrock_role_arn=ROLE,
            bedrock_access_key_id="AKIATEST",
            bedrock_secret_access_key=SecretStr("secret"),
            bedrock_base_url=f"http://{host}:{port}",
        )
        yield World("bedrock", None, chosen, NOVA, {}, tmp_path)
    finally:
        server.stop()


async def test_a_job_is_made_once_found_again_and_stopped(there: World) -> None:
    from moto.bedrock.models import bedrock_backends

    tuner = there.tuner
    assert isinstance(tuner, BedrockTuner)
    place = {"LocationConstraint": REGION}
    await tuner._account.call("s3", "create_bucket", Bucket=BUCKET, CreateBucketConfiguration=place)
    id = await tuner.create(there.asked())
    assert await there.tuner.create(there.asked()) == id
    backend = bedrock_backends["123456789012"][REGION]
    assert list(backend.model_customization_jobs) == [id] == [KEY]
    assert (await tuner.progress(id)).state == "running"
    names = await tuner._account.names(BUCKET, f"cofounder/{KEY}/")
    assert names == [f"cofounder/{KEY}/train.jsonl", f"cofounder/{KEY}/validation.jsonl"]
    body = (await tuner._account.call("s3", "get_object", Bucket=BUCKET, Key=names[0]))["Body"]
    first = lines_of(body)[0]
    assert first["schemaVersion"] == "bedrock-conversation-2024"
    assert first["messages"][1] == {"role": "assistant", "content": [{"text": "Fresh bread, 0 loaves."}]}
    await tuner.cancel(id)
    assert (await tuner.progress(id)).state == "cancelled"
    again = await tuner.create(there.asked())
    assert again == f"{KEY}-2"
    backend.model_customization_jobs[again].status = "Completed"
    done = await tuner.progress(again)
    assert (done.state, done.model) == ("succeeded", (await tuner.artifacts(again)).remote)
