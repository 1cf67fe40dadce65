"""Ed25519 as RFC 8032 has it: its own vectors (7.1), and another implementation."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pinisi.people.proof.ed25519 import public_key, sign, verifies

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_are_met(secret: str, public: str, message: str, signature: str) -> None:
    key, said = bytes.fromhex(secret), bytes.fromhex(message)
    assert public_key(key).hex() == public
    assert sign(key, said).hex() == signature
    assert verifies(bytes.fromhex(public), said, bytes.fromhex(signature))


@pytest.mark.parametrize("seed", range(20))
def test_another_implementation_makes_the_same_and_refuses_the_same(seed: int) -> None:
    chance = random.Random(seed)
    secret, said = chance.randbytes(32), chance.randbytes(chance.randrange(200))
    other = Ed25519PrivateKey.from_private_bytes(secret)
    signature = sign(secret, said)
    assert public_key(secret) == other.public_key().public_bytes_raw()
    assert signature == other.sign(said)
    spoilt = bytearray(signature)
    spoilt[chance.randrange(64)] ^= 1 << chance.randrange(8)
    assert not verifies(public_key(secret), said, bytes(spoilt))
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public_key(secret)).verify(bytes(spoilt), said)


def test_a_signature_whose_scalar_is_too_large_is_refused() -> None:
    secret = bytes(range(32))
    signature = sign(secret, b"x")
    order = 2**252 + 27742317777372353535851937790883648493
    larger = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not verifies(public_key(secret), b"x", signature[:32] + larger)
