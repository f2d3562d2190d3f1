//! Signatures in CMS form (RFC 5652, CAdES baseline).
