"""Django's commands for an installed server: `saleor-loyalty migrate`, and so on."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# Also sets DJANGO_SETTINGS_MODULE; tasks that a command sends go to the server's own broker.
import saleor_loyalty.server.celery  # noqa: F401


def main() -> None:
    """Run the command named on the command line; a setting that is missing is said in one line."""
    try:
        execute_from_command_line(["saleor-loyalty", *sys.argv[1:]])
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
