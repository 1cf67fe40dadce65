"""Every reason and category of the engine has a text in three languages."""

from typing import get_args

import pytest

from pinisi.runtime.strings import texts_of
from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.cleaning import Reason
from pinisi.services.environment.engine.published import Why

CODES = [
    *(f"air-{reason}" for reason in get_args(Reason)),
    *(f"ispu-{why}" for why in get_args(Why)),
    *(f"ispu-{category}" for category in get_args(ispu.Category)),
    *(f"us-aqi-{category}" for category in get_args(us_aqi.Category)),
]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_engine_has_its_text(code: str) -> None:
    text = texts_of("pinisi.services.environment")[code]
    assert text.id and text.en and text.ja
