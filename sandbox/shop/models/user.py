"""People with an account: shoppers and the shop's staff."""

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string


def _token_key() -> str:
    return get_random_string(12)


class User(models.Model):
    """`permissions` are the codes of Saleor's permissions, of staff only.

    A changed `jwt_token_key` ends all tokens.
    """

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=256, default="")
    last_name = models.CharField(max_length=256, default="")
    password = models.CharField(max_length=128)
    language_code = models.CharField(max_length=35, default="EN")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True)
    permissions = ArrayField(models.CharField(max_length=64), default=list)
    date_joined = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    jwt_token_key = models.CharField(max_length=12, default=_token_key)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"user {self.pk}"

    def set_password(self, password: str) -> None:
        self.password = make_password(password)

    def has_password(self, password: str) -> bool:
        return check_password(password, self.password)
