"""The package's settings: the host's value or the default, and nothing else."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from saleor_loyalty.conf import conf


def test_a_setting_has_the_hosts_value(settings):
    settings.LOYALTY_MAX_BODY_BYTES = 10

    assert conf.max_body_bytes == 10


def test_a_setting_the_host_lacks_has_its_default(settings):
    del settings.LOYALTY_MAX_BODY_BYTES

    assert conf.max_body_bytes == 1_048_576


def test_a_setting_is_not_changed_through_the_accessor():
    with pytest.raises(AttributeError, match="LOYALTY_PUBLIC_URL is set in the Django settings"):
        conf.public_url = "https://elsewhere.example.com"


def test_a_string_where_a_list_belongs_is_refused(settings):
    settings.LOYALTY_ALLOWED_API_URLS = "https://*.example.com/graphql/"

    with pytest.raises(ImproperlyConfigured) as refusal:
        _ = conf.allowed_api_urls

    assert (
        str(refusal.value) == "LOYALTY_ALLOWED_API_URLS must be a list of strings, not one string."
    )


@pytest.mark.parametrize(
    ("missing", "meaning"),
    [
        ("SECRET_KEY", "a long random string"),
        ("LOYALTY_PUBLIC_URL", "the address at which browsers and Saleor reach this server"),
        (
            "DATABASE_URL",
            "the address of a PostgreSQL database, as postgresql://user:password@host/name",
        ),
        ("CELERY_BROKER_URL", "the address of a Valkey or Redis server, as redis://host:6379/0"),
    ],
)
def test_the_server_says_which_variable_is_missing(missing, meaning):
    run = subprocess.run(
        [sys.executable, "-c", "import saleor_loyalty.server.settings"],
        env={name: value for name, value in os.environ.items() if name != missing},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr.splitlines()[-1] == (
        f"django.core.exceptions.ImproperlyConfigured: Set {missing} to {meaning}, "
        "or try the product with `make demo`, which sets everything."
    )
