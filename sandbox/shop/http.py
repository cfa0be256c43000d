"""The sandbox's one HTTP client: without a proxy, as all apps are on this machine."""

import httpx

# Threads may share it. Connections are not kept: an app may restart at any moment.
client = httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
