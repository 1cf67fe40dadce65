"""Who may see and do what: accounts, roles, tokens, sessions, the gate that admits them, and the audit trail."""
