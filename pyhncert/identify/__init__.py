"""Who signs: keys, certificates, their revocation, timestamps, and a trial authority that makes them all offline.

`load_credential` and `check_credential` are what an office needs before it signs. `TrialAuthority` stands in for CA
and timestamp service where nothing has legal value.
"""

from pyhncert.identify._algorithms import Algorithms, algorithms
from pyhncert.identify._certificates import (
    common_name,
    is_issued_by,
    parse_certificate,
    parse_crl,
    read_certificates,
    read_crls,
)
from pyhncert.identify._check import check_credential, check_path, find_path
from pyhncert.identify._desktop import DesktopTool
from pyhncert.identify._keys import Credential, PrivateKey, Signer, load_credential
from pyhncert.identify._profiles import Profile, Profiles, key_kind, profiles
from pyhncert.identify._remote import RemoteKey, RemoteService, load_remote_credential
from pyhncert.identify._returned import check_returned
from pyhncert.identify._services import ServiceRules, Slots, TimestampServices, service_rules
from pyhncert.identify._timestamps import HttpTimestamper, Timestamper, TrialTimestamper
from pyhncert.identify._token import TokenKey, load_token_credential
from pyhncert.identify._token_pair import TokenPair, put_on_token, token_pair
from pyhncert.identify._trial import TrialAuthority, TrialPaths, make_trial_authority
from pyhncert.identify._trial_certificates import new_key

__all__ = [
    "Algorithms",
    "Credential",
    "DesktopTool",
    "HttpTimestamper",
    "PrivateKey",
    "Profile",
    "Profiles",
    "RemoteKey",
    "RemoteService",
    "ServiceRules",
    "Signer",
    "Slots",
    "TimestampServices",
    "Timestamper",
    "TokenKey",
    "TokenPair",
    "TrialAuthority",
    "TrialPaths",
    "TrialTimestamper",
    "algorithms",
    "check_credential",
    "check_path",
    "check_returned",
    "common_name",
    "find_path",
    "is_issued_by",
    "key_kind",
    "load_credential",
    "load_remote_credential",
    "load_token_credential",
    "make_trial_authority",
    "new_key",
    "parse_certificate",
    "parse_crl",
    "profiles",
    "put_on_token",
    "read_certificates",
    "read_crls",
    "service_rules",
    "token_pair",
]
