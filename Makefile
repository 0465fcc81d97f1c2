# The few words to type. Each sets up what it needs in .tools and .venv first; see packaging/setup.sh.
.DEFAULT_GOAL := help
.PHONY: help demo demo-ui test check bench screens lock qt browser

run := .venv/bin/python
ready := .venv/ready
code := $(wildcard shared server desktop demo bench tests lanyard.py)

help: ## Say what can be typed
	@echo "Lanyard: conference management that keeps working offline"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: $(ready) ## Show the whole system at work, in the terminal
	$(run) -m demo

demo-ui: qt ## Start a server with a conference in it, and a desktop on it
	$(run) -m demo --ui

test: qt browser ## Run every test, and see that shared/ and desktop/sync/ are covered to the last branch
	$(run) -m pytest -n auto --cov --cov-report=json
	$(run) tests/check_coverage.py build/coverage.json

check: $(ready) ## Lint, format, types, and the direction of imports
	$(run) -m ruff check .
	$(run) -m ruff format --check .
	$(run) -m mypy $(code)
	.venv/bin/lint-imports --no-logo

bench: $(ready) ## Measure, and compare with the numbers in the docs
	$(run) -m bench

screens: qt browser ## Take a picture of every screen
	$(run) -m demo.screens

lock: ## Write requirements/*.lock again
	packaging/setup.sh lock

qt browser: $(ready)
	@packaging/setup.sh $@

$(ready): requirements/dev.lock requirements/tools.lock pyproject.toml packaging/setup.sh
	@packaging/setup.sh
