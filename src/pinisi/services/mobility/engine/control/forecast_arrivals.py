"""When the vehicles that a detector sees will be at the stop line."""

from pinisi.services.mobility.engine.control.junction import Seen

STANDING_MPS = 1.0
CREEPING_MPS = 5.0


def arrives_s(vehicle: Seen, limit_mps: float) -> float:
    """Seconds until a vehicle would be at the stop line on a free road; 0 for one in the queue."""
    if vehicle.speed_mps < STANDING_MPS or (vehicle.waited_s > 0 and vehicle.speed_mps < CREEPING_MPS):
        return 0.0
    return vehicle.distance_m / max(vehicle.speed_mps, 0.7 * limit_mps)
