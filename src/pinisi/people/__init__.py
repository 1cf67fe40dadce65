"""Who may see and do what: accounts, tokens, audit trail."""
