"""Where names, places, organisations and addresses are looked for: the engine of tier 3."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.fields import Section


class Tier3Settings(Section):
    """Tier 3. Which directions use it is the policy's to say (`tier3`)."""

    engine: str = Field(
        "embedded",
        description="`embedded`: worker processes of this host; `sidecar`: a presidio-analyzer, or `holdback sidecar`, "
        "at `sidecar_url`; `off`: names pass",
        pattern="^(embedded|sidecar|off)$",
    )
    workers: int = Field(1, ge=1, le=64, description="worker processes of the embedded engine")
    nlp_configuration: str = Field(
        "", description="YAML file of Presidio's NLP engine; empty: the model that comes with Holdback"
    )
    sidecar_url: str = Field(
        "",
        description="`http://HOST:PORT`, or `unix:///PATH` of a socket",
        pattern=r"^(https?://[^\s?#@]+|unix:///[^\s]+)?$",
    )
    sidecar_connections: int = Field(16, ge=1, le=1024, description="segments at the sidecar at a time")
    batch_texts: int = Field(32, ge=1, le=512, description="segments of one batch at most")
    wait_milliseconds: float = Field(2, ge=0, le=50, description="how long a segment waits for company")
    deadline_seconds: float = Field(10, gt=0, le=300, description="a batch that takes longer counts as hung")
    queue_texts: int = Field(4096, ge=1, le=1 << 20, description="segments in line at most; beyond that, texts wait")
