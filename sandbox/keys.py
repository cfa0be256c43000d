"""The demo's secrets: made at the first start, kept with its data."""

import json
import secrets
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PROJECT = "saleor-loyalty-demo"


class Keys(NamedTuple):
    """What must be the same at the next start, or the kept data could not be read."""

    token_key: str  # Fernet: seals the shops' tokens
    app_secret: str
    sandbox_secret: str
    service_account_key: str  # RSA, PEM: signs what goes to the stand-in for Firebase


def kept_in(data_dir: Path) -> Keys:
    """The keys of this data folder, made now if it has none."""
    path = data_dir / "keys.json"
    if not path.exists():
        _write(path, _new()._asdict())
    return Keys(**json.loads(path.read_text()))


def write_service_account(path: Path, *, key: str, token_uri: str) -> None:
    """A service account file as the Firebase console gives out, for the stand-in at `token_uri`."""
    email = f"push@{PROJECT}.iam.gserviceaccount.com"
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "demo",
        "private_key": key,
        "client_email": email,
        "client_id": "demo",
        "token_uri": token_uri,
    }
    _write(path, account)


def _new() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Keys(
        token_key=Fernet.generate_key().decode(),
        app_secret=secrets.token_urlsafe(50),
        sandbox_secret=secrets.token_urlsafe(50),
        service_account_key=pem.decode(),
    )


def _write(path: Path, content: dict[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1))
