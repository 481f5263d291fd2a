"""Traces: where they are sent, and how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.observe.tracing import TraceOptions
from gateway.settings.fields import Section, secret


class TracingSettings(Section):
    """OpenTelemetry; needs the extra `otel`."""

    endpoint: str = Field(
        "",
        max_length=2048,
        pattern=r"^(https?://[^\s?#@]+)?$",
        description="URL of a collector for OTLP over HTTP, with its path, such as http://collector:4318/v1/traces; "
        "empty: no traces",
    )
    authorization_env: str = Field(
        "", description="environment variable that holds the value of the header Authorization for the collector"
    )
    authorization_file: str = Field("", description="file that holds that value")
    authorization: SecretStr | None = Field(None, description="never in the file")
    service_name: str = Field(
        "holdback", pattern="^[A-Za-z0-9._/-]{1,128}$", description="`service.name` of this gateway"
    )
    sample_ratio: float = Field(1, ge=0, le=1, description="share of requests that are traced")
    takes_parent: bool = Field(
        default=True,
        description="a client's `traceparent` says which trace its request belongs to; its `tracestate` is not taken",
    )
    tells_providers: bool = Field(
        default=False, description="`traceparent` goes to providers, so that theirs can be joined"
    )
    queue_spans: int = Field(2048, ge=16, le=1 << 20, description="spans that may wait to be sent; more are lost")
    batch_spans: int = Field(256, ge=1, le=1 << 14, description="spans that are sent together at most")
    send_seconds: float = Field(2, ge=0.05, le=300, description="time between two batches")
    timeout_seconds: float = Field(5, gt=0, le=60, description="time for a batch, tries included; then it is lost")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the header's value that it points to.

        Raises:
            ConfigurationError: it is not there.
        """
        names = self.authorization_env, self.authorization_file
        found = secret("tracing.authorization", *names, environment, file)
        return self.model_copy(update={"authorization": SecretStr(found) if found else None})

    def options(self) -> TraceOptions:
        """The same, as the tracer takes it."""
        return TraceOptions(
            endpoint=self.endpoint,
            authorization=self.authorization.get_secret_value() if self.authorization else "",
            service_name=self.service_name,
            sample_ratio=self.sample_ratio,
            takes_parent=self.takes_parent,
            queue_spans=self.queue_spans,
            batch_spans=self.batch_spans,
            send_seconds=self.send_seconds,
            timeout_seconds=self.timeout_seconds,
        )
