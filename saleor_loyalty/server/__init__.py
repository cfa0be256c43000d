"""The Django project that runs the app door: settings, addresses, web and worker processes."""
