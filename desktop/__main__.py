"""`lanyard desktop`: the windows, or with --headless the same workspace over lines of JSON."""

import getpass
import os
import sys

from desktop import settings
from desktop.promptness import be_prompt
from desktop.settings import Settings
from desktop.store.files import EnvironmentProblem


def main() -> int:
    """The exit code."""
    given = settings.read(sys.argv[1:], os.environ)
    be_prompt()
    if not given.is_headless:
        from desktop.app import main as show

        return show(given.profile, given.server_url, given.passphrase)
    try:
        return _headless(given)
    except EnvironmentProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _headless(given: Settings) -> int:
    from desktop import headless
    from desktop.profile import Profile

    profile = Profile.open(given.profile, passphrase=lambda question: given.passphrase or _prompt(question))
    try:
        if given.server_url:
            profile.use_server(given.server_url)
        headless.serve(profile, sys.stdin.buffer, sys.stdout.buffer)
    finally:
        profile.close()
    return 0


def _prompt(question: str) -> str | None:
    return getpass.getpass(f"{question}: ") if sys.stdin.isatty() else None


if __name__ == "__main__":
    sys.exit(main())
