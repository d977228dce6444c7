"""The second factor of a sign-in: time-based codes (TOTP, RFC 6238) and recovery codes."""
