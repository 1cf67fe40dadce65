"""What people see: HTTP application, live stream, pages, languages."""
