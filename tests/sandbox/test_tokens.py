"""Tokens say what Saleor's tokens say."""

import json
from pathlib import Path

import httpx
import jwt
import pytest
from jwt import PyJWKClient

from sandbox.shop.people import SHOPPERS, STAFF

RECORDED = json.loads(
    (Path(__file__).parents[1] / "recordings" / "tokens.json").read_text(encoding="utf-8")
)


def third_party(sandbox, app) -> str:
    app_id = sandbox.data("{ app { id } }", app.token)["app"]["id"]
    document = "query ($id: ID) { app(id: $id) { accessToken } }"
    return sandbox.data(document, sandbox.staff, id=app_id)["app"]["accessToken"]


def test_claims_and_header_are_those_of_recorded_tokens(sandbox, app):
    ours = {
        "customer_access": sandbox.shopper,
        "customer_refresh": sandbox.tokens(SHOPPERS[0])["refreshToken"],
        "staff_access": sandbox.staff,
        "thirdparty": third_party(sandbox, app),
    }
    keys = PyJWKClient(f"{sandbox.url}/.well-known/jwks.json")
    for name, token in ours.items():
        real = RECORDED[name]
        claims = jwt.decode(token, keys.get_signing_key_from_jwt(token).key, ["RS256"])
        assert list(claims) == list(real["claims"]), name
        assert jwt.get_unverified_header(token).keys() == real["header"].keys()
        life = claims["exp"] - claims["iat"]
        assert life == real["claims"]["exp"] - real["claims"]["iat"]
        for claim in ("owner", "type", "is_staff"):
            assert claims[claim] == real["claims"][claim]
        assert claims["iss"] == sandbox.api_url


def test_the_key_set_has_the_fields_of_saleors(sandbox):
    path = Path(__file__).parents[1] / "recordings" / "jwks.json"
    real = json.loads(path.read_text(encoding="utf-8"))["keys"][0]
    [ours] = httpx.get(f"{sandbox.url}/.well-known/jwks.json").json()["keys"]
    assert ours.keys() == real.keys()
    assert (ours["kty"], ours["use"], ours["key_ops"]) == (
        real["kty"],
        real["use"],
        real["key_ops"],
    )


def test_a_token_for_an_app_may_what_both_may(sandbox, app):
    claims = jwt.decode(third_party(sandbox, app), options={"verify_signature": False})
    assert sorted(claims["permissions"]) == ["MANAGE_DISCOUNTS", "MANAGE_ORDERS"]
    assert {"MANAGE_USERS", "MANAGE_SETTINGS"} <= set(claims["user_permissions"])


@pytest.mark.parametrize("person", [STAFF, SHOPPERS[0]])
def test_a_refresh_token_opens_nothing(sandbox, person):
    answer = sandbox.answer("{ me { id } shop { name } }", sandbox.tokens(person)["refreshToken"])
    content = answer.json()
    assert content["data"] == {"me": None, "shop": {"name": "Pocket shop"}}
    assert content["errors"][0]["extensions"]["exception"]["code"] == "InvalidTokenError"


def test_a_token_of_somebody_else_opens_nothing(sandbox):
    foreign = jwt.encode({"type": "access", "email": STAFF.email, "token": "x"}, "k" * 32)
    content = sandbox.answer("{ me { id } }", foreign).json()
    assert content["data"] == {"me": None}
    assert content["errors"][0]["extensions"]["exception"]["code"].startswith("Invalid")


def test_a_wrong_password_is_refused(sandbox):
    document = """mutation ($email: String!) {
      tokenCreate(email: $email, password: "guess") { token errors { code } }
    }"""
    refused = {"tokenCreate": {"token": None, "errors": [{"code": "INVALID_CREDENTIALS"}]}}
    for email in (STAFF.email, "nobody@example.com"):
        assert sandbox.answer(document, email=email).json()["data"] == refused


def test_a_shopper_gets_no_token_for_an_app(sandbox, app):
    app_id = sandbox.data("{ app { id } }", app.token)["app"]["id"]
    document = "query ($id: ID) { app(id: $id) { accessToken } }"
    content = sandbox.answer(document, sandbox.shopper, id=app_id).json()
    assert content["data"]["app"] is None
    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
