"""Field phones on the line: pytak as the phone's program, taky as another server, over real sockets and real TLS."""

import asyncio
import configparser
import contextlib
import datetime
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytak
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from house_at_hand import OURS, Opened, copy_data, open_house
from lxml import etree

from patience import PATIENCE
from pinisi.people.accounts import Assignment
from pinisi.people.errors import RefusedToStart
from ports import free_port

pytestmark = pytest.mark.anyio
UNITS, PHONES = f"{OURS}/units", f"{OURS}/field-phones"
CSV = (Path(__file__).parent / "unit_examples" / "roster.csv").read_text(encoding="utf-8")
ENGINE = "urn:ngsi-ld:Unit:makassar-latihan-damkar-1"
PHONE = "ANDROID-589520ccfcd20f01"
HALL = (-5.1343, 119.4128)
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "incidents" / "cot_examples" / "cot20.xsd"))


@pytest.fixture
async def linked(template: Path, tmp_path: Path) -> AsyncIterator[Opened]:
    """A house with the drill's roster, a fire at the city hall, and the link open to this machine."""
    ports = {"cot_port": free_port(), "cot_udp_port": free_port(socket.SOCK_DGRAM)}
    async with open_house(copy_data(template, tmp_path / "data"), **ports) as opened, opened.client() as client:
        assert (await client.post(f"{UNITS}/import", json={"text": CSV})).status_code == 200
        where = {"title": "Kebakaran", "category": "fire", "location": [HALL[1], HALL[0]]}
        assert (await client.post(f"{OURS}/incidents", json=where)).status_code == 201
        assert (await client.put(f"{PHONES}/{PHONE}", json={"unit": ENGINE})).status_code == 200
        yield opened


def told(uid: str = PHONE, lat: float = HALL[0], **changes: Any) -> bytes:
    """What pytak says of a phone; its own program writes it."""
    given = {"lat": lat, "lon": HALL[1], "ce": 8.0, "uid": uid, "cot_type": "a-f-G-U-C", "stale": 300, **changes}
    made = pytak.gen_cot(**given)
    assert made is not None
    return made


@contextlib.asynccontextmanager
async def by_pytak(url: str, **more: str) -> AsyncIterator[tuple[Any, Any]]:
    """Workers of pytak, as any program that is built upon it has them."""
    parser = configparser.ConfigParser()
    parser["phone"] = {"COT_URL": url, **more}
    reader, writer = await pytak.protocol_factory(parser["phone"])
    try:
        yield reader, pytak.TXWorker(asyncio.Queue(), parser["phone"], writer)
    finally:
        writer.close()


async def next_event(reader: Any, wanted: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            body = await reader.readuntil(b"</event>")
            event = etree.fromstring(body)
            SCHEMA.assertValid(event)
            if wanted(event):
                return event


async def verdict(opened: Opened, uid: str) -> str:
    async with opened.client() as client, asyncio.timeout(PATIENCE):
        while True:
            phones = (await client.get(PHONES)).json()["phones"]
            found = next((each["verdict"] for each in phones if each["uid"] == uid and each["heard"]), None)
            if found is not None:
                return str(found)
            await asyncio.sleep(0.02)


async def test_a_phone_moves_its_unit_and_sees_the_city_without_a_name(linked: Opened) -> None:
    async with by_pytak(f"tcp://127.0.0.1:{linked.house.settings.cot_port}") as (reader, phone):
        fire = await next_event(reader, lambda event: event.get("type") == "b-m-p-s-m")
        assert fire.find("detail/contact").get("callsign") == "Kebakaran"
        assert float(fire.find("point").get("lat")) == pytest.approx(HALL[0], abs=1e-6)
        await phone.send_data(told(lat=-5.14))
        moved = await next_event(reader, lambda event: event.get("uid") == ENGINE and event.get("how") == "m-r")
        assert float(moved.find("point").get("lat")) == pytest.approx(-5.14, abs=1e-6)
        assert (moved.get("type"), moved.get("opex")) == ("a-f-G-E-V", "e")
        await phone.send_data(pytak.gen_cot(uid="ping", cot_type="t-x-c-t"))
        await next_event(reader, lambda event: event.get("type") == "t-x-c-t-r")
        async with linked.client() as client:
            id = fire.get("uid")
            body = {"act": "close", "outcome": "information", "reason": "tidak ada api"}
            assert (await client.post(f"{OURS}/incidents/{id}/acts", json=body)).status_code == 200
            assert (await client.get(f"{UNITS}/{ENGINE}")).json()["position"] == [HALL[1], -5.14]
            gone = await next_event(reader, lambda event: event.get("type") == "t-x-d-d")
            assert gone.find("detail/link").get("uid") == id
            assert (await client.get(PHONES)).json()["link"]["lines"] == 1


async def test_datagrams_are_judged_and_each_verdict_says_why(linked: Opened) -> None:
    spoken = {
        "ANDROID-strange": told("ANDROID-strange"),
        PHONE: told(lat=-6.2),
        "ANDROID-late": told("ANDROID-late", stale=-60),
    }
    async with by_pytak(f"udp+wo://127.0.0.1:{linked.house.settings.cot_udp_port}") as (_, phone):
        async with linked.client() as client:
            await client.put(f"{PHONES}/ANDROID-late", json={"unit": ENGINE})
        for body in spoken.values():
            await phone.send_data(body)
        await phone.send_data(b"\xbf\x01\xbf\x12")
        heard = {uid: await verdict(linked, uid) for uid in spoken}
    assert heard == {"ANDROID-strange": "unknown-uid", PHONE: "out-of-city", "ANDROID-late": "stale"}
    async with linked.client() as client:
        assert (await client.get(f"{UNITS}/{ENGINE}")).json()["position"] is None
        standing = (await client.get(PHONES)).json()["link"]
        assert (await client.delete(f"{PHONES}/ANDROID-late")).status_code == 204
        assert (await client.delete(f"{PHONES}/ANDROID-late")).status_code == 404
        assert (await client.put(f"{PHONES}/x", json={"unit": "urn:ngsi-ld:Unit:nobody"})).status_code == 400
    assert "protobuf" in standing["reason"]


async def test_taky_takes_what_we_tell_and_hands_us_what_it_is_told(linked: Opened, tmp_path: Path) -> None:
    """A bridge of two pipes between both servers, and a phone that only taky knows."""
    port = free_port()
    config = tmp_path / "taky.conf"
    config.write_text(f"[taky]\nbind_ip=127.0.0.1\nroot_dir={tmp_path}\n[cot_server]\nport={port}\n")
    taky = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taky.cot", "-c", str(config), "-l", "error", stderr=asyncio.subprocess.PIPE
    )
    pipes: list[asyncio.Task[None]] = []
    try:
        far_reader, far_writer = await connected(port)
        near_reader, near_writer = await connected(linked.house.settings.cot_port)
        phone_reader, phone_writer = await connected(port)
        pipes = [asyncio.create_task(pipe(far_reader, near_writer)), asyncio.create_task(pipe(near_reader, far_writer))]
        unit = await next_event(phone_reader, lambda event: event.get("uid") == ENGINE)
        assert unit.find("detail/contact").get("callsign")
        phone_writer.write(told(lat=-5.15))
        assert await verdict(linked, PHONE) == "taken"
        async with linked.client() as client:
            assert (await client.get(f"{UNITS}/{ENGINE}")).json()["position"] == [HALL[1], -5.15]
    finally:
        for each in pipes:
            each.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)
        for writer in (far_writer, near_writer, phone_writer):
            writer.close()
        taky.kill()
        await taky.communicate()


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Once the server listens."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(ConnectionError):
                return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.05)


def certificate(folder: Path, name: str, signer: tuple[x509.Certificate, Any] | None) -> tuple[x509.Certificate, Any]:
    """A certificate with its key, both as PEM in a folder; signed by another or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .sign(signer[1] if signer else key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(key.private_bytes(*encoding))
    return made, key


async def test_over_tls_a_certificate_or_a_token_opens_and_nothing_else_does(template: Path, tmp_path: Path) -> None:
    city = certificate(tmp_path, "city", None)
    certificate(tmp_path, "server", city)
    certificate(tmp_path, "phone", city)
    port = free_port()
    settings = {
        "cot_port": port,
        "cot_networks": (),
        "cot_certificate": tmp_path / "server.pem",
        "cot_key": tmp_path / "server.key",
        "cot_clients": tmp_path / "city.pem",
    }
    async with open_house(copy_data(template, tmp_path / "data"), **settings) as opened:
        cookie = await opened.account("ani", Assignment(role="administrator"))
        async with opened.client(cookie=cookie) as client:
            await client.post(f"{UNITS}/import", json={"text": CSV})
            wish = {"label": "phones", "permissions": ["field.link"], "days": 1}
            token = (await client.post(f"{OURS}/tokens", json=wish)).json()["token"]
        proof = {
            "PYTAK_TLS_CLIENT_CERT": str(tmp_path / "phone.pem"),
            "PYTAK_TLS_CLIENT_KEY": str(tmp_path / "phone.key"),
            "PYTAK_TLS_CLIENT_CAFILE": str(tmp_path / "city.pem"),
            "PYTAK_TLS_DONT_CHECK_HOSTNAME": "1",
        }
        async with by_pytak(f"tls://127.0.0.1:{port}", **proof) as (reader, _):
            await next_event(reader, lambda event: event.get("uid") == ENGINE)
        assert await answer(port, tmp_path, token) == ENGINE
        assert await answer(port, tmp_path, "pinisi_abcdefabcdef_" + "0" * 64) == ""
        assert await answer(port, tmp_path, None) == ""
        assert opened.house.station is not None and opened.house.station.standing.refused == 2


async def answer(port: int, folder: Path, token: str | None) -> str:
    """Of whom the first event tells, to a phone with this token and no certificate; empty: the line was cut."""
    trust = ssl.create_default_context(cafile=str(folder / "city.pem"))
    trust.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    opening = told() if token is None else f'<auth><cot username="x" password="{token}" uid="{PHONE}"/></auth>'.encode()
    writer.write(opening)
    try:
        return str((await next_event(reader, lambda event: event.get("uid") == ENGINE)).get("uid"))
    except asyncio.IncompleteReadError:
        return ""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"cot_port": 1, "cot_networks": ("dekat",)}, "cot_networks: 'dekat' is no network"),
        ({"cot_port": 1, "cot_key": Path("x")}, "TLS needs both"),
    ],
)
async def test_a_link_that_cannot_be_opened_says_which_setting(
    settings: dict[str, Any], reason: str, template: Path, tmp_path: Path
) -> None:
    with pytest.raises(RefusedToStart, match=reason):
        async with open_house(copy_data(template, tmp_path / "data"), **settings):
            pass
