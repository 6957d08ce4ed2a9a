"""What the peers are, for the head of a report."""

from __future__ import annotations

import importlib.metadata


def installed(packages: tuple[str, ...]) -> str:
    """The packages that are installed here, with their versions."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)
