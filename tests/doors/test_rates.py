"""Limits on how often: by shop, by customer, and the same for all processes."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.doors.app import rates
from saleor_loyalty.models import Change, Shop
from tests.doors.saleor import Saleor, SigningKey
from tests.doors.test_webhooks import BODY, deliver
from tests.shops import installed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of this test alone, in the real store."""
    settings.LOYALTY_RATE_STORE = django_settings.CELERY_BROKER_URL
    rates._limiter(settings.LOYALTY_RATE_STORE).storage.reset()
    monkeypatch.setattr(rates, "_not_before", 0.0)


def ask(client: Client, query: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = client.post(
        "/graphql/", {"query": query}, content_type="application/json", headers=headers
    )
    errors = response.json().get("errors")
    return response.status_code, errors[0]["extensions"]["exception"]["code"] if errors else ""


def test_more_events_than_a_shop_may_send_are_put_off_so_that_saleor_sends_them_again(
    client: Client, shop: Shop, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_EVENTS = "2/minute"

    answers = [deliver(client, shop, key.sign(BODY)).status_code for _ in range(3)]

    assert answers == [200, 200, 503]
    assert Change.objects.get().marks == 2


def test_forged_events_take_nothing_from_what_a_shop_may_send(
    client: Client, shop: Shop, key: SigningKey, other_key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_EVENTS = "1/minute"

    for _ in range(3):
        deliver(client, shop, other_key.sign(BODY))

    assert deliver(client, shop, key.sign(BODY)).status_code == 200


def test_one_shop_in_a_hurry_does_not_hold_up_another(
    client: Client, shop: Shop, key: SigningKey, next_key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_EVENTS = "1/minute"
    other_saleor = Saleor(next_key)
    other = installed(other_saleor)
    other_saleor.stop()
    for _ in range(2):
        deliver(client, shop, key.sign(BODY))

    assert deliver(client, other, next_key.sign(BODY)).status_code == 200


def test_more_requests_than_a_shop_may_send_are_refused(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_REQUESTS = "2/minute"
    token = key.token(saleor.staff_claims())

    answers = [ask(client, "{ __typename }", token) for _ in range(3)]

    assert answers == [(200, ""), (200, ""), (429, "TOO_MANY_REQUESTS")]


def test_visitors_use_up_their_own_count_and_nobody_elses(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_VISITORS = settings.LOYALTY_RATE_REQUESTS = "2/minute"

    answers = [ask(client, "{ __typename }") for _ in range(3)]

    assert answers == [(200, ""), (200, ""), (429, "TOO_MANY_REQUESTS")]
    assert ask(client, "{ __typename }", key.token(saleor.access_claims()))[0] == 200
    assert ask(client, "{ __typename }", key.token(saleor.staff_claims()))[0] == 200


def test_one_customer_uses_up_their_own_count_and_nobody_elses(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_CUSTOMER = "2/minute"
    settings.LOYALTY_RATE_REQUESTS = "3/minute"
    mine = key.token(saleor.access_claims())
    anothers = key.token(saleor.access_claims(user_id="VXNlcjo4"))

    answers = [ask(client, "{ __typename }", mine)[0] for _ in range(5)]

    assert answers == [200, 200, 429, 429, 429]
    assert ask(client, "{ __typename }", anothers)[0] == 200


def test_a_customer_who_changes_things_too_fast_is_refused_but_may_still_look(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_MUTATIONS = "2/minute"
    mine = key.token(saleor.access_claims())
    anothers = key.token(saleor.access_claims(user_id="VXNlcjo4"))
    mutation = 'mutation { loyaltyDeviceUnregister(token: "x") { ok } }'

    answers = [ask(client, mutation, mine)[0] for _ in range(3)]

    assert answers == [200, 200, 429]
    assert ask(client, "{ __typename }", mine)[0] == 200
    assert ask(client, mutation, anothers)[0] == 200


def test_each_mutation_of_a_request_counts(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_MUTATIONS = "10/minute"
    token = key.token(saleor.access_claims())
    four = "mutation { a: __typename b: __typename ...C } fragment C on Mutation { c: __typename }"

    answers = [ask(client, four, token)[0] for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_staff_may_change_as_much_as_they_have_to(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_RATE_MUTATIONS = "1/minute"
    token = key.token(saleor.staff_claims())

    answers = {ask(client, "mutation { __typename }", token)[0] for _ in range(3)}

    assert answers == {200}


def test_all_processes_share_one_count(settings: Settings, shop: Shop) -> None:
    settings.LOYALTY_RATE_EVENTS = "2/minute"
    rates.take_event(shop)
    rates._limiter.cache_clear()  # as another process starts
    rates.take_event(shop)
    rates._limiter.cache_clear()

    with pytest.raises(rates.Refusal):
        rates.take_event(shop)


def test_t31_while_nobody_counts_events_are_taken(
    settings: Settings, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOYALTY_RATE_EVENTS = "1/minute"
    settings.LOYALTY_RATE_STORE = "redis://127.0.0.1:1/0"

    for _ in range(3):
        rates.take_event(shop)

    assert "are not counted" in caplog.text


def test_an_empty_rate_does_not_limit(settings: Settings, shop: Shop) -> None:
    settings.LOYALTY_RATE_EVENTS = ""

    for _ in range(50):
        rates.take_event(shop)
