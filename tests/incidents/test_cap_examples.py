"""Published messages, good and faulty, each judged rightly and for the right reason."""

from typing import NamedTuple

import pytest
from cap_files import certificate_in, message
from lxml import etree

from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.signature import check_signature
from pinisi.incidents.cap.writer import write_cap


class Expected(NamedTuple):
    """`errors` and `warnings`: the rules that are broken, each once; `read`: it can be understood all the same."""

    version: str | None
    valid: bool
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    read: bool = True


GOOD = Expected("1.2", True)
NO_END = Expected("1.2", True, (), ("expires.none",))
OLD = Expected("1.1", False, ("version.old",))
OLD_NO_END = Expected("1.1", False, ("version.old",), ("expires.none",))
OLDER = Expected("1.0", False, ("version.old",), ("expires.none",), False)
JUDGED: dict[str, Expected] = {
    "bmkg/bmkg_cap_banten.xml": GOOD,
    "bmkg/bmkg_cap_jateng.xml": Expected("1.2", True, (), ("polygon.crossing",)),
    "google/australia.cap": Expected("1.2", True, (), ("text.markup",)),
    "google/canada.cap": GOOD,
    "google/canada_errors.cap": Expected("1.2", False, ("references.needed",), ("description.none",)),
    "google/canada_signed.cap": GOOD,
    "google/earthquake-iso8859-1.cap": GOOD,
    "google/earthquake.cap": OLD,
    "google/earthquake_signed.cap": Expected("1.1", False, ("version.old", "schema.unknown")),
    "google/invalid.cap": Expected("1.2", False, ("schema.missing",), ("description.none", "expires.none"), False),
    "google/no_optional_fields.cap": Expected("1.1", False, ("version.old",), ("info.none",)),
    "google/noaa_errors.cap": Expected(
        "1.1",
        False,
        ("version.old", "schema.choice", "polygon.pair", "polygon.points"),
        ("references.empty", "pair.value"),
        False,
    ),
    "google/wcatwc-warning.cap": GOOD,
    "google/weather.cap": OLD,
    "google/xee.cap": Expected(None, False, ("xml.doctype",), (), False),
    "google/43b080713727.cap": NO_END,
    "google/KAR0-0306112239-SW.cap": Expected("1.1", False, ("version.old",), ("expires.none",)),
    "oasis/Oasis_HomelandAlert.xml": NO_END,
    "oasis/Oasis_ThunderstormWarning.xml": GOOD,
    "oasis/Oasis_EarthquakeReport.xml": NO_END,
    "oasis/Oasis_AmberAlert.xml": NO_END,
    "oasis/PelmorexNAADS_WindWarning.xml": GOOD,
    **{
        f"wmo/{country}/{kind}.xml": GOOD
        for country in ("sc", "tg", "bf")
        for kind in ("valid", "no_signature", "invalid_digest", "invalid_signature", "invalid_certificate")
    },
    **{f"oasiscap/v1dot0_appendix_adot{n}.xml": OLDER for n in (1, 3, 4)},
    "oasiscap/v1dot0_appendix_adot2.xml": Expected("1.0", False, ("version.old",), (), False),
    **{f"oasiscap/v1dot1_appendix_adot{n}.xml": OLD_NO_END for n in (1, 3, 4)},
    "oasiscap/v1dot1_appendix_adot2.xml": OLD,
    **{f"oasiscap/v1dot2_appendix_adot{n}.xml": NO_END for n in (1, 3, 4)},
    "oasiscap/v1dot2_appendix_adot2.xml": GOOD,
    "oasiscap/google-PAAQ-4-mg5a94.xml": Expected("1.2", True, (), ("expires.at-once",)),
    "oasiscap/ipaws-5e6dd9de023f1930ef6548d9.xml": GOOD,
    "oasiscap/nws-5c2cf27b1f56885d61654dc47fa411d5.xml": Expected("1.1", False, ("version.old", "polygon.points")),
    "wmo/sc/invalid_schema.xml": Expected(None, False, ("xml.other",), (), False),
    "wmo/tg/invalid_schema.xml": Expected("1.2", False, ("schema.missing",), (), False),
    "wmo/bf/invalid_schema.xml": Expected("1.2", False, ("schema.missing",), (), False),
}


@pytest.mark.parametrize("name", JUDGED)
def test_a_published_message_is_judged_rightly_and_with_the_reason(name: str) -> None:
    judgement, expected = judge(message(name)), JUDGED[name]
    broken = {weight: {each.rule for each in judgement.findings if each.weight == weight} for weight in WEIGHTS}
    assert (judgement.version, judgement.valid) == (expected.version, expected.valid)
    assert broken["error"] == set(expected.errors)
    assert broken["warning"] == set(expected.warnings)
    assert (judgement.alert is not None) == expected.read


WEIGHTS = ("error", "warning")
PLACES = {
    "google/canada_errors.cap": ("/alert/references", 12, "Update must name the messages"),
    "google/invalid.cap": ("/alert", 2, "<scope> is missing"),
    "google/noaa_errors.cap": ("/alert/info[1]/area[1]/polygon[1]", 66, "“+40.85,-118.09,” is no latitude,longitude"),
    "google/earthquake_signed.cap": ("/alert/Signature[1]", 76, "<Signature> is not known inside <alert>"),
    "wmo/tg/invalid_schema.xml": ("/alert/info[1]", 10, "<certainty> is missing"),
    "wmo/sc/invalid_schema.xml": ("/schema", 2, "<schema> of http://www.w3.org/2001/XMLSchema is no CAP message"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_fault_is_told_with_its_place(name: str) -> None:
    path, line, said = PLACES[name]
    assert [each for each in judge(message(name)).errors if each.path == path and each.line == line]
    assert any(said in each.reason.en for each in judge(message(name)).errors)


SIGNED = {
    "google/canada.cap": ("unsigned", "unsigned"),
    "google/canada_signed.cap": ("weak", "weak"),
    "google/earthquake_signed.cap": ("weak", "weak"),
    "google/earthquake-iso8859-1.cap": ("weak", "weak"),
    "bmkg/bmkg_cap_banten.xml": ("unsigned", "unsigned"),
    "oasiscap/google-PAAQ-4-mg5a94.xml": ("tampered", "tampered"),
    "oasiscap/ipaws-5e6dd9de023f1930ef6548d9.xml": ("untrusted", "untrusted"),
    "wmo/bf/valid.xml": ("untrusted", "valid"),
    "wmo/sc/valid.xml": ("untrusted", "not-yet-valid"),
    "wmo/tg/valid.xml": ("untrusted", "not-yet-valid"),
    **{f"wmo/{country}/no_signature.xml": ("unsigned", "unsigned") for country in ("sc", "tg", "bf")},
    **{f"wmo/{country}/invalid_digest.xml": ("tampered", "tampered") for country in ("sc", "tg", "bf")},
    **{f"wmo/{country}/invalid_signature.xml": ("tampered", "tampered") for country in ("sc", "tg", "bf")},
    **{f"wmo/{country}/invalid_certificate.xml": ("untrusted", "untrusted") for country in ("sc", "tg", "bf")},
    "wmo/tg/invalid_schema.xml": ("tampered", "tampered"),
    "wmo/bf/invalid_schema.xml": ("tampered", "tampered"),
}
"""With nobody trusted, and with the certificates of the three weather services trusted."""


@pytest.mark.parametrize("name", SIGNED)
def test_a_published_signature_is_worth_what_it_is_worth(name: str) -> None:
    trusted = b"".join(certificate_in(message(f"wmo/{country}/valid.xml")) for country in ("sc", "tg", "bf"))
    told = (check_signature(message(name)).verdict, check_signature(message(name), trusted).verdict)
    assert told == SIGNED[name]


def test_the_certificates_of_seychelles_and_togo_began_after_the_warnings_were_sent() -> None:
    """The capvalidator of the WMO calls these two files tampered with, since their certificates are not good today."""
    for country, begins in (("sc", "2024-07-02 11:23 UTC"), ("tg", "2024-06-14 08:16 UTC")):
        body = message(f"wmo/{country}/valid.xml")
        signed = check_signature(body, certificate_in(body))
        assert begins in signed.reason.en and signed.laid_out


def test_a_message_of_ipaws_is_valid_for_whoever_trusts_its_gateway() -> None:
    body = message("oasiscap/ipaws-5e6dd9de023f1930ef6548d9.xml")
    told = check_signature(body, certificate_in(body))
    assert (told.verdict, told.signer, told.algorithm) == ("valid", "IPAWSOPEN_200302", "rsa-sha256")


def test_a_signature_that_cannot_be_read_says_what_is_damaged() -> None:
    said = {
        "wmo/sc/invalid_digest.xml": "its last letters were altered",
        "wmo/bf/invalid_certificate.xml": "certificate in the message cannot be read",
        "wmo/tg/invalid_schema.xml": "was changed after signing",
    }
    for name, words in said.items():
        assert words in check_signature(message(name)).reason.en


SCHEMA = etree.XMLSchema(etree.fromstring(message("schema/cap12.xsd")))


@pytest.mark.parametrize("name", [name for name, expected in JUDGED.items() if expected.valid])
def test_what_is_read_is_written_again_by_the_schema_and_reads_as_the_same(name: str) -> None:
    alert = judge(message(name)).alert
    assert alert is not None
    written = write_cap(alert)
    SCHEMA.assertValid(etree.fromstring(written))
    again = judge(written)
    assert again.valid and again.alert is not None
    assert write_cap(again.alert) == written
