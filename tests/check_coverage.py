"""Fails unless every line and every branch of the files that must be right has been run.

    python tests/check_coverage.py build/coverage.json

There is no number for the rest: a percentage says nothing about what is missing.
"""

import json
import sys
from pathlib import Path
from typing import Any

COVERED_WHOLLY = ("shared", "desktop/sync")


def main(report_path: str) -> int:
    """The exit code: 0, or 1 after naming each file with the lines and branches that no test has run."""
    report: dict[str, Any] = json.loads(Path(report_path).read_text())
    files = {name.replace("\\", "/"): file for name, file in report["files"].items()}
    expected = sorted(path.as_posix() for folder in COVERED_WHOLLY for path in Path(folder).rglob("*.py"))
    problems = [f"{name}: {gap}" for name in expected if (gap := gaps(files.get(name)))]
    if not expected:
        problems.append(f"no file found in {', '.join(COVERED_WHOLLY)}")
    for problem in problems:
        print(f"not covered: {problem}")
    if not problems:
        print(f"covered to the last branch: {len(expected)} files")
    return 1 if problems else 0


def gaps(file: dict[str, Any] | None) -> str:
    """What is missing in one file of the report, in words; empty if nothing is."""
    if file is None:
        return "not in the report"
    missing = [f"line {line}" for line in file["missing_lines"]]
    missing += [f"branch {start} -> {end if end > 0 else 'exit'}" for start, end in file["missing_branches"]]
    return ", ".join(missing)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
