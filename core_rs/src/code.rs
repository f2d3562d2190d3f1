//! Verification codes: random symbols and a check symbol.
