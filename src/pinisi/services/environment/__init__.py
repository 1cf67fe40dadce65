"""Environment: the weather to come; later the air, the heat, the noise."""

from pinisi.runtime.manifest import Service
from pinisi.services.environment.bmkg_forecast import FORECAST, TEXTS
from pinisi.services.environment.forecast_reactions import FORECAST as AIR_FORECAST
from pinisi.services.environment.forecast_reactions import FORECAST_ERROR
from pinisi.services.environment.reactions import INDEX, VERDICT
from pinisi.services.environment.views import VIEWS

SERVICE = Service(
    name="environment",
    title=TEXTS["title"],
    types=("WeatherForecast", "AirQualityObserved", "AirQualityIndex", "AirQualityForecast"),
    sources=(FORECAST,),
    views=VIEWS,
    reactions=(VERDICT, INDEX, AIR_FORECAST, FORECAST_ERROR),
)
