"""Signing in with accounts that somebody else keeps: OpenID Connect Core 1.0, Authorization Code with PKCE."""
