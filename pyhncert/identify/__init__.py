"""Who signs: keys, certificates, their revocation, timestamps, and a trial authority that makes them all offline."""

from pyhncert.identify._certificates import common_name, parse_certificate, parse_crl, read_certificates, read_crls
from pyhncert.identify._keys import Credential, PrivateKey, Signer, load_credential
from pyhncert.identify._trial import TrialAuthority, TrialPaths, make_trial_authority

__all__ = [
    "Credential",
    "PrivateKey",
    "Signer",
    "TrialAuthority",
    "TrialPaths",
    "common_name",
    "load_credential",
    "make_trial_authority",
    "parse_certificate",
    "parse_crl",
    "read_certificates",
    "read_crls",
]
