"""Apps are installed from their manifests, with Saleor's handshake."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.app import App

RECORDED = Path(__file__).parents[1] / "recordings"
INSTALL = """mutation ($input: AppInstallInput!) {
  appInstall(input: $input) { appInstallation { id status } errors { field code message } }
}"""


@pytest.fixture
def newcomer(request: pytest.FixtureRequest) -> Iterator[App]:
    app = App(f"tests.{request.node.name}", ["MANAGE_ORDERS"])
    yield app
    app.close()


def who(sandbox, app) -> dict:
    return sandbox.data("{ app { id name permissions { code } } }", app.token)["app"]


def failures(sandbox, app) -> list[str]:
    rows = sandbox.data("{ appsInstallations { appName message status } }", sandbox.staff)
    return [
        row["message"]
        for row in rows["appsInstallations"]
        if row["appName"] == app.identifier and row["status"] == "FAILED"
    ]


def install(sandbox, app) -> None:
    given = {"appName": app.identifier, "manifestUrl": app.manifest_url}
    given["permissions"] = app.permissions
    data = sandbox.data(INSTALL, sandbox.staff, input=given)
    assert data["appInstall"]["appInstallation"]["status"] == "PENDING"


@pytest.mark.parametrize(
    ("path", "name"), [("/manifest", "manifest_get"), ("/register", "register")]
)
def test_the_handshake_has_the_recorded_headers_and_body(sandbox, newcomer, path, name):
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    install(sandbox, newcomer)
    ours = next(request for request in newcomer.requests if request.path == path)
    assert ours.method == recorded["method"]
    assert sorted(key for key, _ in ours.headers) == sorted(recorded["headers"])
    assert len(ours.body) == len(recorded["body"])
    assert ours.body[:16] == recorded["body"][:16].encode()
    assert ours.header("Saleor-Schema-Version") == recorded["headers"]["Saleor-Schema-Version"]


def test_the_token_that_was_handed_over_is_the_apps(sandbox, newcomer):
    install(sandbox, newcomer)
    assert who(sandbox, newcomer)["permissions"] == [{"code": "MANAGE_ORDERS"}]
    assert failures(sandbox, newcomer) == []


def test_installed_twice_by_the_api_is_refused_as_in_saleor(sandbox, newcomer):
    install(sandbox, newcomer)
    install(sandbox, newcomer)
    assert failures(sandbox, newcomer) == ["App with the same identifier is already installed"]
    assert len([request for request in newcomer.requests if request.path == "/register"]) == 1


def test_installed_again_by_the_command_it_is_the_same_app_with_a_new_token(sandbox, newcomer):
    sandbox.run("install_app", newcomer.manifest_url)
    before, first_token = who(sandbox, newcomer), newcomer.token
    newcomer.name = "A new name"
    sandbox.run("install_app", newcomer.manifest_url)
    assert newcomer.token != first_token
    assert who(sandbox, newcomer) == before | {"name": "A new name"}


def test_an_app_that_does_not_take_its_token_is_not_installed(sandbox, newcomer):
    newcomer.takes_token = False
    install(sandbox, newcomer)
    [message] = failures(sandbox, newcomer)
    assert "did not take the token" in message
    apps = sandbox.data("{ apps(first: 100) { edges { node { identifier } } } }", sandbox.staff)
    names = [edge["node"]["identifier"] for edge in apps["apps"]["edges"]]
    assert newcomer.identifier not in names


def test_an_installation_that_fails_leaves_the_old_token_good(sandbox, newcomer):
    sandbox.run("install_app", newcomer.manifest_url)
    newcomer.takes_token = False
    with pytest.raises(AssertionError, match="did not take the token"):
        sandbox.run("install_app", newcomer.manifest_url)
    assert who(sandbox, newcomer)["name"] == "An app"


def test_where_there_is_no_manifest_nothing_is_installed(sandbox, newcomer):
    newcomer.close()
    install(sandbox, newcomer)
    assert "There is no manifest" in failures(sandbox, newcomer)[0]


def test_seeding_again_changes_nothing(sandbox):
    before = sandbox.data('{ products(channel: "channel-pln", first: 50) { totalCount } }')
    sandbox.run("seed")
    assert sandbox.data('{ products(channel: "channel-pln", first: 50) { totalCount } }') == before
