import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from saleor_loyalty.models import Shop
from saleor_loyalty.shop.vault import CannotUnseal, seal, unseal
from tests.saleor_over_http import APP_TOKEN


def test_what_was_sealed_is_unsealed_and_cannot_be_read_in_between() -> None:
    sealed = seal("token-of-a-shop")

    assert "token-of-a-shop" not in sealed
    assert unseal(sealed) == "token-of-a-shop"


def test_the_first_key_seals_and_older_keys_still_unseal(settings: Settings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.LOYALTY_TOKEN_KEYS = [old]
    sealed_before = seal("before")

    settings.LOYALTY_TOKEN_KEYS = [new, old]
    sealed_after = seal("after")

    assert unseal(sealed_before) == "before"
    settings.LOYALTY_TOKEN_KEYS = [new]
    assert unseal(sealed_after) == "after"


def test_without_the_key_it_says_what_to_do(settings: Settings) -> None:
    sealed = seal("token-of-a-shop")
    settings.LOYALTY_TOKEN_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CannotUnseal, match="install the app again"):
        unseal(sealed)


@pytest.mark.parametrize(
    ("token_keys", "message"),
    [([], "LOYALTY_TOKEN_KEYS is empty"), (["short"], "not a Fernet key")],
)
def test_keys_that_cannot_work_name_the_setting(
    settings: Settings, token_keys: list[str], message: str
) -> None:
    settings.LOYALTY_TOKEN_KEYS = token_keys

    with pytest.raises(ImproperlyConfigured, match=message):
        seal("token-of-a-shop")


@pytest.mark.django_db
def test_tokens_are_encrypted_anew_so_that_the_old_key_can_go(
    shop: Shop, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    new = Fernet.generate_key().decode()
    settings.LOYALTY_TOKEN_KEYS = [new, *settings.LOYALTY_TOKEN_KEYS]

    call_command("loyalty_reseal")

    settings.LOYALTY_TOKEN_KEYS = [new]
    assert unseal(Shop.objects.get().sealed_token) == APP_TOKEN
    assert capsys.readouterr().out == "1 of 1 tokens are encrypted anew.\n"


@pytest.mark.django_db
def test_a_token_whose_key_is_lost_is_named_by_its_shop_and_kept(
    shop: Shop, settings: Settings
) -> None:
    before = Shop.objects.get().sealed_token
    settings.LOYALTY_TOKEN_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match=shop.api_url):
        call_command("loyalty_reseal")

    assert Shop.objects.get().sealed_token == before
