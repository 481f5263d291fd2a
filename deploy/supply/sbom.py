"""The software bill of materials: CycloneDX 1.6 JSON of the image's packages and models, the same from the same lock.

`python -m deploy.supply.sbom [FILE]`. No time and no random number is in it, and its serial number is made of it.
Not in it: the base image, which its own publisher describes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from deploy.supply.licences import licence
from deploy.supply.lock import EVERYTHING, IMAGE, ROOT, Package, read

_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: names that are URLs
MODELS = {
    "recognizers/ner/model/ner/model": "weights of the model for names",
    "recognizers/ner/lexicon.txt.gz": "word list of the model for names",
}
DATA_LICENCE = "CC-BY-4.0 AND MIT"


def bill() -> dict[str, Any]:
    """The document."""
    packages, everything = read(IMAGE), read(EVERYTHING)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    components = [*(_package(one) for one in packages.values()), *(_data(path, what) for path, what in MODELS.items())]
    asks = {name: sorted(p.purl for p in packages.values() if name in everything[p.name].asked_by) for name in packages}
    direct = sorted(p.purl for p in packages.values() if _is_direct(p.name, project))
    body: dict[str, Any] = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": own, "dependsOn": direct},
            *({"ref": packages[name].purl, "dependsOn": refs} for name, refs in asks.items()),
        ],
    }
    serial = uuid.uuid5(_SPACE, json.dumps(body, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **head, **body}


def _is_direct(name: str, project: dict[str, Any]) -> bool:
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(one for extra in ("aws", "azure", "gcp", "otel") for one in extras[extra])]
    bare = {
        "".join(char if char.isalnum() or char in "-._" else " " for char in one).split()[0].lower() for one in asked
    }
    return name in bare


def _package(one: Package) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": value} for value in one.hashes]
    about = "the files that may be installed, one for each kind of machine"
    return {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "licenses": [{"expression": licence(one.name)}],
        "externalReferences": [{"type": "distribution", "url": one.purl, "comment": about, "hashes": hashes}],
        **({"properties": [{"name": "holdback:marker", "value": one.marker}]} if one.marker else {}),
    }


def _data(path: str, what: str) -> dict[str, Any]:
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
    return {
        "type": "data",
        "bom-ref": f"holdback:{path}",
        "name": path,
        "description": f"{what}; its sources: recognizers/ner/MODEL_CARD.md",
        "licenses": [{"expression": DATA_LICENCE}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def main(arguments: list[str]) -> None:
    """Write it to a file, or to standard output."""
    text = json.dumps(bill(), indent=1) + "\n"
    if arguments:
        Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
