import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from saleor_loyalty.doors import bearer, jwks
from saleor_loyalty.doors.app import keys
from saleor_loyalty.doors.app.keys import KeysUnavailable
from saleor_loyalty.doors.app.tokens import verify, viewer_of
from saleor_loyalty.doors.bearer import InvalidToken, TokenProblem
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Permission, PermissionDenied, Viewer
from tests.saleor_over_http import CUSTOMER_ID, Saleor
from tests.shops import installed
from tests.signing import SigningKey, signed_with_the_public_key, unsigned

pytestmark = pytest.mark.django_db


def problem_of(token: str) -> TokenProblem:
    with pytest.raises(InvalidToken) as caught:
        verify(token)
    return caught.value.problem


def test_a_shoppers_token_is_a_customer_of_the_shop_that_made_it(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    viewer = verify(key.token(saleor.access_claims()))

    assert viewer == Viewer(shop=shop, customer_id=CUSTOMER_ID)


def test_a_dashboard_token_is_staff_with_all_that_saleor_allows_them(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    viewer = verify(key.token(saleor.staff_claims()))

    assert viewer.require(Permission.MANAGE_USERS) == shop
    assert viewer.actor == "staff@example.com"
    assert viewer.customer_id is None


def test_t37_staff_without_the_permission_are_denied(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    viewer = verify(key.token(saleor.staff_claims(user_permissions=["MANAGE_PRODUCTS"])))

    with pytest.raises(PermissionDenied, match="MANAGE_USERS"):
        viewer.require(Permission.MANAGE_USERS)


@pytest.mark.parametrize("is_staff", [True, False])
def test_t37_a_shoppers_token_is_never_staff_whatever_it_claims(
    shop: Shop, saleor: Saleor, key: SigningKey, is_staff: bool
) -> None:
    claims = saleor.staff_claims(type="access", is_staff=is_staff)

    viewer = verify(key.token(claims))

    assert viewer.permissions == frozenset()
    assert viewer.actor == ""
    assert viewer.customer_id == CUSTOMER_ID


def test_t37_a_dashboard_token_of_a_shopper_is_refused(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    token = key.token(saleor.staff_claims(is_staff=False))

    assert problem_of(token) is TokenProblem.NOT_STAFF


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"exp": time.time() - 3600}, TokenProblem.EXPIRED),
        ({"exp": time.time() - 30}, TokenProblem.EXPIRED),  # clocks may differ by less
        ({"type": "refresh"}, TokenProblem.KIND_REFUSED),
        ({"type": "something new"}, TokenProblem.KIND_REFUSED),
        ({"app": "QXBwOjk5"}, TokenProblem.APP_FOREIGN),
        ({"app": None}, TokenProblem.APP_FOREIGN),
        ({"user_permissions": None}, TokenProblem.NOT_STAFF),
        ({"user_permissions": "MANAGE_USERS"}, TokenProblem.NOT_STAFF),
        ({"is_staff": "false"}, TokenProblem.NOT_STAFF),
        ({"iss": "https://unknown.example.com/graphql/"}, TokenProblem.ISSUER_UNKNOWN),
        ({"iss": "\x00"}, TokenProblem.ISSUER_UNKNOWN),
        ({"iss": None}, TokenProblem.ISSUER_UNKNOWN),
        ({"aud": "https://another-app.example.com"}, TokenProblem.AUDIENCE_FOREIGN),
        ({"aud": "https://loyalty.example.com.evil.com"}, TokenProblem.AUDIENCE_FOREIGN),
        ({"aud": ["https://another-app.example.com"]}, TokenProblem.AUDIENCE_FOREIGN),
        ({"type": "access", "user_id": None}, TokenProblem.UNREADABLE),
        ({"type": "access", "user_id": ""}, TokenProblem.UNREADABLE),
        ({"type": "access", "user_id": 7}, TokenProblem.UNREADABLE),
    ],
)
def test_a_token_that_is_not_for_us_is_refused_with_its_reason(
    shop: Shop, saleor: Saleor, key: SigningKey, changes: dict[str, Any], problem: TokenProblem
) -> None:
    claims = {k: v for k, v in saleor.staff_claims(**changes).items() if v is not None}

    assert problem_of(key.token(claims)) is problem


def test_t36_an_issuer_that_is_no_text_is_no_shop(shop: Shop, key: SigningKey) -> None:
    token = unsigned(b'{"iss": 7}', {"kid": key.kid})

    assert problem_of(token) is TokenProblem.ISSUER_UNKNOWN


def test_t37_a_token_says_nothing_in_a_shop_that_it_does_not_name(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    """Not even where both shops sign with one key, as copies of a shop do."""
    token = key.token(saleor.access_claims(iss="https://a-copy.example.com/graphql/"))

    with pytest.raises(InvalidToken) as caught:
        bearer.verify(token, shop=shop, with_key=lambda kid, check: keys.verify(shop, kid, check))

    assert caught.value.problem is TokenProblem.SIGNATURE_INVALID


@pytest.mark.parametrize(
    ("published", "named"),
    [({"kid": None}, None), ({"kty": "EC"}, "the-shops-key"), ({"kid": "other"}, "the-shops-key")],
)
def test_t36_only_an_rsa_key_that_is_named_is_believed(
    key: SigningKey, published: dict[str, Any], named: str | None
) -> None:
    with pytest.raises(jwks.UnknownKey):
        jwks.find({"keys": [{**key.jwk, **published}]}, named)


@pytest.mark.parametrize("claim", ["exp", "type"])
def test_a_token_without_an_end_or_a_type_is_refused(
    shop: Shop, saleor: Saleor, key: SigningKey, claim: str
) -> None:
    claims = saleor.access_claims()
    del claims[claim]

    assert problem_of(key.token(claims)) is TokenProblem.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "audience",
    [
        "https://loyalty.example.com",
        ["https://another-app.example.com", "https://loyalty.example.com"],
    ],
)
def test_a_token_that_names_us_as_its_audience_is_taken(
    shop: Shop, saleor: Saleor, key: SigningKey, audience: str | list[str]
) -> None:
    viewer = verify(key.token(saleor.staff_claims(aud=audience)))

    assert viewer.shop == shop


def test_t36_a_token_of_one_shop_signed_by_another_is_refused(
    shop: Shop, saleor: Saleor, other_key: SigningKey
) -> None:
    other_shop = Saleor(other_key)
    installed(other_shop)

    problem = problem_of(other_key.token(saleor.access_claims()))

    other_shop.stop()
    assert problem is TokenProblem.SIGNATURE_INVALID


FORGERIES: dict[str, Callable[[SigningKey, bytes], str]] = {
    "algorithm none": lambda key, claims: unsigned(claims, {"kid": key.kid}),
    "the public key as a secret": lambda key, claims: signed_with_the_public_key(key, claims, {}),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_t36_a_token_with_another_algorithm_is_refused(
    shop: Shop, saleor: Saleor, key: SigningKey, forge: Callable[[SigningKey, bytes], str]
) -> None:
    token = forge(key, json.dumps(saleor.staff_claims()).encode())

    assert problem_of(token) is TokenProblem.SIGNATURE_INVALID
    assert saleor.key_requests == 0


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "é.é.é", "W1tb" * 50_000 + ".e30.AA"])
def test_t36_what_is_no_token_is_refused(shop: Shop, token: str) -> None:
    assert problem_of(token) is TokenProblem.UNREADABLE


def test_a_token_of_a_shop_that_uninstalled_the_app_is_refused(
    shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    Shop.objects.update(is_active=False)

    assert problem_of(key.token(saleor.access_claims())) is TokenProblem.ISSUER_UNKNOWN


def test_an_expired_token_does_not_fetch_keys(shop: Shop, saleor: Saleor, key: SigningKey) -> None:
    problem_of(key.token(saleor.access_claims(exp=1)))

    assert saleor.key_requests == 0


def test_a_token_under_a_new_key_is_taken_after_fetching_it(
    shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.keys.append(next_key)

    assert verify(next_key.token(saleor.access_claims())).customer_id == CUSTOMER_ID
    assert saleor.key_requests == 1


def test_a_new_key_that_cannot_be_fetched_says_so(
    shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.is_down = True

    with pytest.raises(KeysUnavailable):
        verify(next_key.token(saleor.access_claims()))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", "Bearer {}"),
        ("Authorization", "bearer  {}"),
        ("Authorization", "JWT {}"),
        ("Authorization-Bearer", "{}"),
    ],
)
def test_the_token_is_read_from_where_saleor_reads_it(
    shop: Shop, saleor: Saleor, key: SigningKey, header: str, value: str
) -> None:
    token = key.token(saleor.access_claims())
    request = RequestFactory().post("/graphql/", headers={header: value.format(token)})

    assert viewer_of(request).customer_id == CUSTOMER_ID


def test_nobody_in_particular_is_a_visitor_of_the_only_shop(shop: Shop) -> None:
    assert viewer_of(RequestFactory().post("/graphql/")) == Viewer(shop=shop)


def test_nobody_in_particular_is_a_visitor_of_the_shop_they_name(
    shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    other_shop = Saleor(next_key)
    other = installed(other_shop)
    other_shop.stop()
    named = RequestFactory().post("/graphql/", headers={"Saleor-Api-Url": other.api_url})

    assert viewer_of(named) == Viewer(shop=other)
    assert viewer_of(RequestFactory().post("/graphql/")) == Viewer(shop=None)
