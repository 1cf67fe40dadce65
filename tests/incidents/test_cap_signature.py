"""Signatures made with the city's key, held against the city's list, and every way in which one can be no good."""

import base64
import re
import sys
from datetime import UTC, datetime

import capvalidator
import pytest
from cap_files import certificate_in, message
from cap_keys import certificate, key, key_pem, pem
from cryptography import x509
from lxml import etree
from signxml import XMLSigner, XMLVerifier
from signxml.algorithms import CanonicalizationMethod
from signxml.verifier import SignatureConfiguration

from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.sign import CannotSign, SigningKey, sign_cap
from pinisi.incidents.cap.signature import check_signature
from pinisi.incidents.cap.writer import write_cap
from pinisi.vocabulary.instant import parse_instant

ALERT: Alert = read_cap(message("bmkg/bmkg_cap_banten.xml"))
ROOT = certificate("root", ca=True)
ISSUER = certificate("issuer", "root", ca=True)
CITY = certificate("makassar", "issuer")
SCHEMA = etree.XMLSchema(etree.fromstring(message("schema/cap12.xsd")))


def signed(name: str = "makassar", *chain: x509.Certificate) -> bytes:
    return sign_cap(ALERT, SigningKey(key_pem(name), pem(*(chain or (CITY, ISSUER)))))


def verdict(body: bytes, *trusted: x509.Certificate, at: str = "") -> str:
    return check_signature(body, pem(*trusted), parse_instant(at) if at else None).verdict


@pytest.mark.parametrize("trusted", [ROOT, ISSUER, CITY], ids=["root", "issuer", "signer"])
def test_what_the_city_signs_is_valid_for_whoever_trusts_the_signer_or_an_issuer(trusted: x509.Certificate) -> None:
    told = check_signature(signed(), pem(trusted))
    assert (told.verdict, told.signer, told.issuer, told.laid_out) == ("valid", "makassar", "issuer", False)
    assert told.algorithm == "ecdsa-sha256"


def test_an_rsa_key_signs_too_and_a_password_opens_a_key() -> None:
    own = certificate("rsa-city")
    body = sign_cap(ALERT, SigningKey(key_pem("rsa-city", b"secret"), pem(own), b"secret"))
    assert (verdict(body, own), check_signature(body).algorithm) == ("valid", "rsa-sha256")


def test_a_signed_message_keeps_the_schema_and_says_what_the_unsigned_one_says() -> None:
    body = signed()
    SCHEMA.assertValid(etree.fromstring(body))
    judgement = judge(body)
    assert judgement.valid and judgement.alert == ALERT


def test_outside_verifiers_find_our_signature_valid() -> None:
    """signxml, and the capvalidator of the WMO, which takes the white space out first."""
    for name in ("outside", "rsa-outside"):
        own = certificate(name)
        body = sign_cap(ALERT, SigningKey(key_pem(name), pem(own)))
        read = XMLVerifier().verify(body, x509_cert=own, expect_config=SignatureConfiguration(location="./"))
        assert read_cap(read.signed_data) == ALERT
        told = capvalidator.validate_cap_message(body)
        assert (told.passed, told.message) == (True, "CAP XML file is valid.")


@pytest.mark.parametrize("form", list(CanonicalizationMethod), ids=lambda form: form.name)
@pytest.mark.parametrize("name", ["guest", "rsa-guest"])
def test_what_an_outside_signer_signs_is_valid(name: str, form: CanonicalizationMethod) -> None:
    own = certificate(name)
    method = "rsa-sha256" if name.startswith("rsa") else "ecdsa-sha256"
    for body in (write_cap(ALERT), message("google/australia.cap"), message("google/canada.cap")):
        root = XMLSigner(signature_algorithm=method, c14n_algorithm=form).sign(
            etree.fromstring(body), key=key(name), cert=[own]
        )
        told = check_signature(etree.tostring(root), pem(own), parse_instant("2026-02-16T15:50:00Z"))
        assert (told.verdict, told.laid_out) == ("valid", False)


def test_one_changed_letter_is_found() -> None:
    body = signed().replace(b"<severity>Moderate", b"<severity>Minor")
    assert verdict(body, ROOT) == "tampered"
    assert "changed after signing" in check_signature(body, pem(ROOT)).reason.en


def test_an_element_more_or_less_is_found() -> None:
    assert verdict(signed().replace(b"<info>", b"<note>x</note><info>", 1), ROOT) == "tampered"
    assert verdict(re.sub(rb"<expires>[^<]*</expires>", b"", signed()), ROOT) == "tampered"


def test_a_digest_that_was_made_to_fit_needs_the_key() -> None:
    body = signed().replace(b"<severity>Moderate", b"<severity>Minor")
    other = sign_cap(read_cap(body), SigningKey(key_pem("thief"), pem(certificate("thief"))))
    digest = re.search(rb"<ds:DigestValue>[^<]*</ds:DigestValue>", other)
    assert digest is not None
    forged = re.sub(rb"<ds:DigestValue>[^<]*</ds:DigestValue>", lambda _: digest.group(), body)
    told = check_signature(forged, pem(ROOT))
    assert told.verdict == "tampered" and "not made with the key" in told.reason.en


def test_a_stranger_with_the_city_s_name_is_not_trusted() -> None:
    stranger = certificate("thief")
    body = sign_cap(ALERT, SigningKey(key_pem("thief"), pem(stranger)))
    assert verdict(body, ROOT, CITY) == "untrusted"
    assert verdict(body) == "untrusted"
    impostor = certificate("thief", "thief-root")
    assert verdict(signed("thief", impostor, certificate("thief-root", ca=True)), ROOT) == "untrusted"


def test_who_may_not_issue_certificates_issues_none() -> None:
    """A signer below the city's own signer."""
    body = signed("below", certificate("below", "makassar"), CITY, ISSUER)
    assert verdict(body, ROOT) == "untrusted"


def test_a_certificate_that_is_not_for_signatures_is_not_trusted_by_its_issuer() -> None:
    assert verdict(signed("cipher", certificate("cipher", "issuer", signs=False), ISSUER), ROOT) == "untrusted"


def test_a_certificate_is_held_against_the_time_of_sending() -> None:
    old = certificate("old", "issuer", begin=datetime(2025, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 1, tzinfo=UTC))
    new = certificate("new", "issuer", begin=datetime(2026, 3, 1, tzinfo=UTC))
    assert verdict(signed("old", old, ISSUER), ROOT) == "expired"
    assert verdict(signed("new", new, ISSUER), ROOT) == "not-yet-valid"
    assert verdict(signed("old", old, ISSUER), ROOT, at="2025-06-01T00:00:00Z") == "valid"
    assert "2026-01-01 00:00 UTC" in check_signature(signed("old", old, ISSUER), pem(ROOT)).reason.en


def test_an_expired_certificate_of_a_stranger_is_a_stranger_s() -> None:
    gone = certificate("gone", begin=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2021, 1, 1, tzinfo=UTC))
    assert verdict(signed("gone", gone), ROOT) == "untrusted"


def test_a_signature_inside_another_element_or_of_a_part_is_misplaced() -> None:
    body = signed()
    block = re.search(rb"<ds:Signature .*</ds:Signature>", body, re.DOTALL)
    assert block is not None
    inside = body.replace(block.group(), b"").replace(b"</info>", block.group() + b"</info>", 1)
    part = body.replace(b'<ds:Reference URI="">', b'<ds:Reference URI="#info">')
    assert [verdict(each, ROOT) for each in (inside, part)] == ["misplaced", "misplaced"]


def test_a_signed_alert_wrapped_in_another_speaks_for_nothing() -> None:
    """The classic attack: the signed alert is carried along, and another is read."""
    body = signed()
    inner = body[body.index(b"<alert") :]
    for place in (b"<note>%s</note>", b"<ds:Object xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>%s</ds:Object>"):
        evil = body.replace(b"Moderate", b"Extreme").replace(b"<info>", place % inner + b"<info>", 1)
        assert verdict(evil, ROOT) in ("misplaced", "tampered")
    in_the_signature = body.replace(b"Moderate", b"Extreme").replace(
        b"</ds:Signature>", b"<ds:Object>" + inner + b"</ds:Object></ds:Signature>"
    )
    assert verdict(in_the_signature, ROOT) in ("misplaced", "tampered")


@pytest.mark.parametrize(
    "transform",
    [
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ],
)
def test_a_transform_that_could_leave_something_out_is_not_taken(transform: str) -> None:
    old = b'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    body = signed().replace(old, old.replace(b"http://www.w3.org/2001/10/xml-exc-c14n#", transform.encode()))
    assert verdict(body, ROOT) == "misplaced"


def test_two_references_are_one_too_many() -> None:
    body = signed()
    reference = re.search(rb"<ds:Reference .*</ds:Reference>", body, re.DOTALL)
    assert reference is not None
    assert verdict(body.replace(reference.group(), reference.group() * 2), ROOT) == "misplaced"


def test_a_short_key_and_an_old_digest_are_weak_even_when_trusted() -> None:
    short = certificate("rsa-short")
    root = XMLSigner(signature_algorithm="rsa-sha256").sign(
        etree.fromstring(write_cap(ALERT)), key=key("rsa-short"), cert=[short]
    )
    assert verdict(etree.tostring(root), short) == "weak"
    naads = (x509.load_pem_x509_certificate(message("google/naads_x509_cert.pem")),)
    assert verdict(message("google/canada_signed.cap"), *naads) == "weak"


def test_an_unknown_algorithm_is_not_guessed_at() -> None:
    body = signed().replace(b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#hmac-sha256")
    assert verdict(body, ROOT) == "weak"


def test_a_second_signature_beside_a_good_one_does_not_spoil_it() -> None:
    body, other = signed(), sign_cap(ALERT, SigningKey(key_pem("thief"), pem(certificate("thief"))))
    block = re.search(rb"<ds:Signature .*</ds:Signature>", other, re.DOTALL)
    assert block is not None
    assert verdict(body.replace(b"</alert>", block.group() + b"</alert>"), ROOT) == "valid"


def test_laying_the_text_out_after_signing_is_told_and_no_tampering() -> None:
    root = etree.fromstring(signed())
    etree.indent(root, "    ")
    told = check_signature(etree.tostring(root), pem(ROOT))
    assert (told.verdict, told.laid_out) == ("valid", True)


@pytest.mark.parametrize("part", ["SignatureValue", "DigestValue", "X509Certificate"])
def test_a_damaged_part_of_a_signature_is_no_valid_one(part: str) -> None:
    pattern = re.compile(f"<ds:{part}>([^<]*)</ds:{part}>".encode())
    found = pattern.search(signed())
    assert found is not None
    for text in (b"", b"!!!", b"AAAA", found[1][:-8], base64.b64encode(b"x" * 40)):
        body = pattern.sub(f"<ds:{part}>".encode() + text + f"</ds:{part}>".encode(), signed(), count=1)
        assert verdict(body, ROOT) in ("tampered", "untrusted")


def test_without_the_extra_the_verdict_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    body = signed()
    monkeypatch.setitem(sys.modules, "lxml", None)
    told = check_signature(body)
    assert told.verdict == "unchecked" and "pinisi[trust]" in told.reason.en
    assert check_signature(write_cap(ALERT)).verdict == "unsigned"


def test_a_list_of_trust_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="trusted certificates cannot be read"):
        check_signature(signed(), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_key_that_does_not_serve_is_refused_in_words() -> None:
    refused = {
        "cannot be read": (b"nonsense", pem(CITY), None),
        "not that of the key": (key_pem("thief"), pem(CITY), None),
        "1024 bits": (key_pem("rsa-short"), pem(certificate("rsa-short")), None),
        "the key cannot be read": (key_pem("makassar", b"secret"), pem(CITY), b"wrong"),
    }
    for said, (private, certificates, password) in refused.items():
        with pytest.raises(CannotSign, match=said):
            SigningKey(private, certificates, password)


def test_a_pinned_weather_service_is_believed() -> None:
    """The warning of Burkina Faso, whose certificate was good when it was sent."""
    body = message("wmo/bf/valid.xml")
    told = check_signature(body, certificate_in(body))
    assert (told.verdict, told.signer) == ("valid", "www.meteoburkina.bf")
