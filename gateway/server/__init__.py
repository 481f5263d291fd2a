"""The HTTP server: routes, authentication, the request path, the driver of streams. I/O; it decides nothing."""
