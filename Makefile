# Every command prepares what it needs; none has a step before it.

VENV := .venv
VENV_GRAPHENE2 := .venv-graphene2
VENV_LOWEST := .venv-lowest
PYTHON_IN := $(VENV)/bin/python
DJANGO := $(PYTHON_IN) -W ignore::RuntimeWarning -m django
UV_COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --custom-compile-command "make lock"
# As a module, so that it finds what reads the templates (babel.cfg).
PYBABEL := $(PYTHON_IN) -m babel.messages.frontend --quiet
LOCALE := saleor_loyalty/locale
BUNDLE := saleor_loyalty/dashboard_extension/static
# What must hold on graphene 2 too, the version inside Saleor.
GRAPHENE2_TESTS := tests/graphql
# What runs on the lowest versions: rules, ledger, API, app door, messages and the server itself.
LOWEST_TESTS := tests/rules tests/ledger tests/orders tests/graphql tests/doors tests/messages tests/server
SHIPPED := $(addprefix --extra ,server gunicorn opentelemetry embedded sandbox)
ARGS ?=

.PHONY: help demo demo-reset test test-saleor test-long coverage lowest lint schema translations migrations browser benchmark wheel lock clean environment

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: environment ## the product with a stand-in for Saleor; ARGS=--empty without a program, --story plays one and exits
	@$(PYTHON_IN) -m sandbox $(ARGS)

demo-reset: ## forget the demo's data
	@if [ -f .demo/demo.pid ] && kill -0 "$$(cat .demo/demo.pid)" 2>/dev/null; then \
		echo "The demo is running (process $$(cat .demo/demo.pid)): stop it with Ctrl-C first."; exit 1; fi
	rm -rf .demo

test: environment ## the GraphQL tests on graphene 2, then all; ARGS goes to the second pytest
	@scripts/environment $(VENV_GRAPHENE2) requirements/graphene2.txt
	$(VENV_GRAPHENE2)/bin/python -m pytest -n 3 --dist loadfile $(GRAPHENE2_TESTS)
	@scripts/chromium
	@scripts/gateway
	$(PYTHON_IN) -m pytest -n 3 --dist loadfile $(ARGS)

test-saleor: environment ## every door against a real Saleor: SALEOR_DIR=… SALEOR_PYTHON=… SALEOR_DATABASE_URL=…
	@test -n "$(SALEOR_DIR)" || echo "No SALEOR_DIR: only the sandbox is tried. See docs/install-plugin.md."
	SALEOR_DIR=$(SALEOR_DIR) SALEOR_PYTHON=$(SALEOR_PYTHON) SALEOR_DATABASE_URL=$(SALEOR_DATABASE_URL) \
		$(PYTHON_IN) -m pytest tests/live $(ARGS)

test-long: environment ## long runs of model, killed workers and random requests; LOYALTY_EXAMPLES=…
	LOYALTY_TESTS=long $(PYTHON_IN) -m pytest tests/model tests/concurrency tests/doors/test_graphql_fuzz.py $(ARGS)

coverage: environment ## which lines and branches no test takes; fails below pyproject's floor. Slower than `make test`
	@scripts/chromium
	@scripts/gateway
	@$(PYTHON_IN) -m coverage erase
	$(PYTHON_IN) -m coverage run -m pytest -n 3 --dist loadfile $(ARGS)
	@$(PYTHON_IN) -m coverage combine --quiet
	$(PYTHON_IN) -m coverage report

lowest: environment ## the lowest versions that setup.cfg allows, on Python 3.11, with the tests that show most in a short time
	@mkdir -p build
	@$(VENV)/bin/uv pip compile --quiet --python-version 3.11 --resolution lowest-direct $(SHIPPED) setup.cfg \
		--output-file build/lowest-shipped.txt
	@# What tests with them is new: its own floors are nobody's concern.
	@$(VENV)/bin/uv pip compile --quiet --python-version 3.11 --constraint build/lowest-shipped.txt --all-extras setup.cfg \
		--output-file build/lowest.txt
	@PYTHON=$${PYTHON:-python3.11} scripts/environment $(VENV_LOWEST) build/lowest.txt
	$(VENV_LOWEST)/bin/python -m pytest -n 3 --dist loadfile $(LOWEST_TESTS) $(ARGS)

lint: environment ## style, spelling, types, imports between rooms, migrations, the printed schema, translations
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	git ls-files -z | xargs -0 $(VENV)/bin/codespell
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	$(DJANGO) check --settings tests.settings
	$(DJANGO) makemigrations --check --dry-run --settings tests.settings
	@$(MAKE) --no-print-directory schema translations
	git diff --exit-code docs/schema.graphql $(LOCALE)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory browser && git diff --exit-code $(BUNDLE); \
		else echo "No npm here: the bundle was not built anew to compare it."; fi

schema: environment ## print the GraphQL schema to docs/schema.graphql
	@mkdir -p docs
	$(DJANGO) loyalty_schema --settings tests.settings > docs/schema.graphql.new
	@mv docs/schema.graphql.new docs/schema.graphql

translations: environment ## gather the texts to translate into the .po files, and compile these
	@mkdir -p build
	@for catalog in $(LOCALE)/*; do \
		mapping=babel-shoppers.cfg; [ $$catalog = $(LOCALE)/fr ] && mapping=babel.cfg; \
		$(PYBABEL) extract --mapping $$mapping --no-location --no-wrap --sort-output --omit-header \
			--output build/django.pot saleor_loyalty && \
		$(PYBABEL) update --domain django --input-file build/django.pot --output-dir $(LOCALE) \
			--locale $${catalog##*/} --ignore-obsolete --ignore-pot-creation-date \
			--no-fuzzy-matching --no-wrap || exit 1; \
	done
	@$(PYBABEL) compile --domain django --directory $(LOCALE)

browser: ## bundle what runs in the browser anew; needs Node.js
	@cd frontend && npm ci --silent && npm run --silent build

benchmark: environment ## time what must be fast against plain SQL (benchmarks/README.md); ARGS=--quick takes two minutes
	@$(PYTHON_IN) -m benchmarks $(ARGS)

migrations: environment ## write migrations for changed models
	$(DJANGO) makemigrations saleor_loyalty --settings tests.settings

wheel: environment ## build the wheel into dist/ and try it in a fresh environment
	@scripts/wheel

lock: environment ## resolve the newest allowed versions of all dependencies anew
	$(UV_COMPILE) --upgrade --all-extras setup.cfg --output-file requirements/all.txt
	$(UV_COMPILE) --upgrade requirements/graphene2.in --output-file requirements/graphene2.txt

clean: ## remove the environments and what the tools left; the demo's data stays
	rm -rf $(VENV) $(VENV_GRAPHENE2) $(VENV_LOWEST) .coverage* build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@scripts/environment $(VENV) requirements/all.txt
