"""What the traffic that was counted emits: vehicle-kilometres by road and hour, times published factors."""
