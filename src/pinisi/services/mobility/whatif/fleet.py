"""Who drives: classes of vehicles, how they move and by which model their exhaust is told."""

from zlib import crc32

CAR, MOTORCYCLE = "car", "motorcycle"
MODEL = "HBEFA 4.2 as in SUMO 1.28.0"
CAR_CLASS, MOTORCYCLE_CLASS = "HBEFA4/PC_petrol_Euro-4", "HBEFA4/MC_4S_le250cc_Euro-3"
SECOND = "PHEMlight5/PC_EU4_G"
SUBLANE_M = 0.8
"""Width of SUMO's sublanes where motorcycles drive: they pass between cars."""


def kinds(car_class: str = CAR_CLASS) -> str:
    """The vehicle types, as SUMO reads them. A motorcycle is 2.2 m by 0.9 m and keeps to no lane."""
    return (
        f'<vType id="{CAR}" vClass="passenger" emissionClass="{car_class}" speedDev="0.1"/>'
        f'<vType id="{MOTORCYCLE}" vClass="motorcycle" emissionClass="{MOTORCYCLE_CLASS}" speedDev="0.1" '
        'length="2.2" width="0.9" minGap="1.0" latAlignment="arbitrary"/>'
    )


def kind_of(vehicle: str, motorcycles: float) -> str:
    """The same vehicle is always of the same class."""
    return MOTORCYCLE if crc32(f"kind:{vehicle}".encode()) / 2**32 < motorcycles else CAR
