"""The desktop's settings: from the command line and the environment (`LANYARD_...`), read once."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the desktop starts. No server keeps the one in the profile."""

    profile: Path
    server_url: str | None
    is_headless: bool
    passphrase: str | None = field(repr=False)


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings; exits with a usage message where an argument is wrong."""
    parser = argparse.ArgumentParser(prog="lanyard desktop", description="Conferences, online or not.")
    parser.add_argument("--profile", type=Path, help="folder of this device's data; another one is another device")
    parser.add_argument("--server", help="address of the server, such as https://lanyard.example.org")
    parser.add_argument("--headless", action="store_true", help="no windows: requests as lines of JSON on stdin")
    given = parser.parse_args(arguments)
    profile = given.profile or environment.get("LANYARD_PROFILE") or platformdirs.user_data_path("lanyard", False)
    return Settings(
        profile=Path(profile),
        server_url=given.server or environment.get("LANYARD_SERVER"),
        is_headless=given.headless,
        passphrase=environment.get("LANYARD_PASSPHRASE"),
    )
