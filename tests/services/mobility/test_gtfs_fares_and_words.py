"""Fares v2 and translations of a feed: what names nothing is named, and leaves without granting more than was said."""

from pathlib import Path

import gtfs_guru
import pytest
from gtfs_feeds import DAY, feed, repaired

from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import zipped

SOUND = {
    "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang\nDishub,https://example.org,id\n",
    "areas.txt": "area_id,area_name\ncity,City\nport,Port\n",
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\ncard,Card,2\n",
    "fare_products.txt": "fare_product_id,fare_product_name,fare_media_id,amount,currency\none,One,card,5000.00,IDR\n",
    "fare_leg_rules.txt": "leg_group_id,from_area_id,to_area_id,fare_product_id\nleg,city,port,one\n",
    "fare_transfer_rules.txt": "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type\nleg,leg,1,0\n",
    "translations.txt": "table_name,field_name,language,translation,field_value\nstops,stop_name,en,Centre,Sentral\n",
}
BY_ID = "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"


def files(**changed: str) -> dict[str, bytes]:
    """The sound feed with these files; `fare_products` for `fare_products.txt`."""
    named = {f"{name}.txt": body for name, body in changed.items()}
    return {**feed(), **{name: body.encode() for name, body in (SOUND | named).items()}}


def errors(made: dict[str, bytes]) -> set[tuple[str, str, str]]:
    read, notices = read_feed(made)
    found = [*notices, *check_feed(read, DAY)]
    return {(each.code, each.file, each.field) for each in found if each.severity == "error"}


def test_what_is_sound_has_no_error_and_stays_as_it_is() -> None:
    assert errors(files()) == set()
    left = write_feed(repaired(files()).feed)
    assert {name: left[name].decode().split() for name in SOUND} == {name: each.split() for name, each in SOUND.items()}


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("fare_leg_rules", "from_area_id,fare_product_id\ncity,two\n", ("foreign_key_violation", "fare_product_id")),
        ("fare_leg_rules", "from_area_id,fare_product_id\nmoon,one\n", ("foreign_key_violation", "from_area_id")),
        ("areas", "area_id\ncity\ncity\nport\n", ("duplicate_key", "area_id")),
        ("stop_areas", "area_id,stop_id\ncity,nowhere\n", ("foreign_key_violation", "stop_id")),
        ("route_networks", "network_id,route_id\nnone,none\n", ("foreign_key_violation", "network_id")),
        (
            "translations",
            BY_ID + "stops,stop_name,en,X,nowhere,,\n",
            ("translation_foreign_key_violation", "record_id"),
        ),
        ("translations", BY_ID + "stops,stop_name,en,X,a,,b\n", ("translation_unexpected_value", "record_id")),
        (
            "translations",
            BY_ID + "feed_info,feed_publisher_name,en,X,1,,\n",
            ("translation_unexpected_value", "record_id"),
        ),
        ("translations", BY_ID + "stops,stop_name,en,X,,,\n", ("missing_required_field", "record_id")),
        ("translations", BY_ID + "stop_times,stop_headsign,en,X,t,,\n", ("missing_required_field", "record_sub_id")),
    ],
)
def test_each_fault_is_named_and_gone_after_the_repair(name: str, body: str, error: tuple[str, str]) -> None:
    spoilt = files(**{name: body})
    assert (error[0], f"{name}.txt", error[1]) in errors(spoilt)
    done = repaired(spoilt)
    assert error[0] in {each.code for each in done.kinds}
    assert errors(write_feed(done.feed)) == set()


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("fare_leg_rules", "from_area_id,fare_product_id\ncity,\n", ("missing_required_field", "fare_product_id")),
        ("fare_products", "fare_product_id,amount,currency\none,much,IDR\n", ("invalid_float", "amount")),
        ("fare_products", "fare_product_id,amount,currency\none,5000,RUPIAH\n", ("invalid_currency", "currency")),
        ("translations", BY_ID + "stops,stop_name,english!,X,,,b\n", ("invalid_language_code", "language")),
    ],
)
def test_what_nobody_but_the_publisher_can_tell_is_named_and_told_as_left(
    name: str, body: str, error: tuple[str, str]
) -> None:
    spoilt = files(**{name: body})
    assert (error[0], f"{name}.txt", error[1]) in errors(spoilt)
    assert error[0] in {each.code for each in repaired(spoilt).kinds}


def test_a_price_without_a_currency_is_named_and_left_to_the_publisher() -> None:
    spoilt = files(fare_products="fare_product_id,amount\none,5000\n")
    assert ("missing_required_column", "fare_products.txt", "currency") in errors(spoilt)
    assert b"IDR" not in write_feed(repaired(spoilt).feed)["fare_products.txt"]


def test_a_rule_whose_zone_is_not_there_goes_and_does_not_become_one_for_every_zone() -> None:
    rules = "from_area_id,to_area_id,fare_product_id\nmoon,port,one\ncity,port,one\n"
    left = write_feed(repaired(files(fare_leg_rules=rules)).feed)["fare_leg_rules.txt"].decode()
    assert "moon" not in left and left.split()[1:] == ["city,port,one"]


def test_another_validator_agrees_that_the_repaired_feed_has_no_error(tmp_path: Path) -> None:
    spoilt = files(
        fare_leg_rules="from_area_id,fare_product_id\nmoon,one\ncity,two\ncity,one\n",
        translations=BY_ID + "stops,stop_name,en,X,nowhere,,\nstops,stop_name,en,X,a,,b\n",
    )
    (tmp_path / "before.zip").write_bytes(zipped(spoilt))
    (tmp_path / "after.zip").write_bytes(zipped(write_feed(repaired(spoilt).feed)))
    before, after = (gtfs_guru.validate(str(tmp_path / f"{when}.zip")) for when in ("before", "after"))
    assert "translation_unexpected_value" in {each.code for each in before.errors()}
    assert before.error_count > 1
    assert [(each.code, each.file, each.row) for each in after.errors()] == []
