"""Limits on how often: by shop, by customer, and the same for all processes."""

from contextlib import ExitStack

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.doors.app import rates
from saleor_loyalty.models import Change, Shop
from tests.doors.test_webhooks import BODY, deliver
from tests.saleor_over_http import APP_TOKEN, Saleor
from tests.shops import installed
from tests.signing import SigningKey

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


def try_to_install(client: Client, address: str, source: str = "203.0.113.1") -> int:
    return client.post(
        "/app/register",
        {"auth_token": "bogus"},
        content_type="application/json",
        headers={"Saleor-Api-Url": address, "Saleor-Domain": "x"},
        REMOTE_ADDR=source,
    ).status_code


@pytest.fixture
def ways_to_write_it(saleor: Saleor, settings: Settings) -> list[str]:
    settings.LOYALTY_ALLOWED_API_URLS = ["http://localhost:*/*"]
    saleor.app_id = None
    port = saleor.domain.rpartition(":")[2]
    names = ("localhost", "LOCALHOST", "Localhost", "localhosT")
    return [f"http://{name}:{port}/graphql/{path}" for name in names for path in ("", "x", "x/y")]


def test_installations_are_counted_by_the_host_whatever_way_it_is_written(
    client: Client, ways_to_write_it: list[str]
) -> None:
    answers = [try_to_install(client, address) for address in ways_to_write_it]

    assert answers == [401] * 10 + [429] * 2


def test_bogus_installations_from_elsewhere_do_not_lock_the_owner_out(
    client: Client, saleor: Saleor
) -> None:
    for _ in range(12):
        assert try_to_install(client, saleor.api_url) in {401, 429}

    mine = client.post(
        "/app/register",
        {"auth_token": APP_TOKEN},
        content_type="application/json",
        headers={"Saleor-Api-Url": saleor.api_url, "Saleor-Domain": "x"},
        REMOTE_ADDR="198.51.100.7",
    )
    assert mine.status_code == 200


def test_a_network_of_ipv6_is_one_sender(client: Client, saleor: Saleor) -> None:
    answers = [try_to_install(client, saleor.api_url, f"2001:db8::{n:x}") for n in range(1, 13)]

    assert answers.count(429) == 2
    assert try_to_install(client, saleor.api_url, "2001:db8:0:1::1") == 401


def test_few_installations_are_under_way_at_once(saleor: Saleor) -> None:
    with ExitStack() as under_way:
        for source in ("a", "a", "b"):
            under_way.enter_context(rates.installation(saleor.api_url, source=source))
        for source in ("a", "c"):
            with (
                pytest.raises(rates.Refusal, match="under way"),
                rates.installation(saleor.api_url, source=source),
            ):
                """Not reached."""

    with rates.installation(saleor.api_url, source="a"):
        """Once they are done."""
