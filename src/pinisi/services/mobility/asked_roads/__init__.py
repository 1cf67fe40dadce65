"""Questions to the roads over HTTP: route, reach, travel times; closures of the context are kept to."""
