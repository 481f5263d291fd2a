# syntax=docker/dockerfile:1

# One version for both stages: compiled wheels are bound to it. For a release pin the base by its digest, which is the same
# image on every day: --build-arg BASE=python:3.13-slim@sha256:....
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# Two environments: the one that is shipped never sees a build tool.
RUN python -m venv --without-pip /opt/holdback && python -m venv /opt/build
# With the key services of the clouds and traces; requirements.lock has neither.
ARG REQUIREMENTS=requirements-image.lock
COPY requirements*.lock ./
RUN /opt/build/bin/pip install --require-hashes --only-binary=:all: -r requirements-build.lock \
 && /opt/build/bin/pip --python /opt/holdback/bin/python install --require-hashes --only-binary=:all: -r ${REQUIREMENTS}
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/build/bin/pip --python /opt/holdback/bin/python install --no-deps --no-index /wheels/*.whl \
 && /opt/holdback/bin/python -m compileall -q /opt/holdback/lib

FROM ${BASE}
# No pip, nor what could bring it back; nobody becomes another user; the data's folder is the user's own, and so is a named
# volume that is mounted there.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin holdback \
 && python -m pip uninstall --quiet --yes --root-user-action=ignore pip \
 && rm -rf "$(python -c 'import ensurepip; print(ensurepip.__path__[0])')" \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/holdback
COPY --from=build /opt/holdback /opt/holdback
# The file system may be read-only: everything is compiled, and nothing is written outside of mounted volumes.
ENV PATH=/opt/holdback/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Last, so that a new commit alone makes no layer anew.
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=""
ARG CREATED=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="Holdback" \
      org.opencontainers.image.description="A streaming AI gateway that redacts personal data" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${BASE}"
# By number, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/holdback
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["holdback", "health", "--config", "/etc/holdback/holdback.yaml"]
ENTRYPOINT ["holdback"]
CMD ["serve", "--config", "/etc/holdback/holdback.yaml"]
