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
from pyhncert.identify._check import Standing, check_credential, check_path, check_standing, find_path
from pyhncert.identify._clock import clock_off_s, token_time
from pyhncert.identify._desktop import DesktopTool
from pyhncert.identify._keys import Credential, PrivateKey, Signer, load_credential
from pyhncert.identify._limits import CheckLimits, check_limits
from pyhncert.identify._ocsp import OcspClient
from pyhncert.identify._ocsp_answer import OcspAnswer, answer_signer, one_answer, read_ocsp
from pyhncert.identify._profiles import Profile, Profiles, key_kind, profiles
from pyhncert.identify._remote import RemoteKey, RemoteService, load_remote_credential
from pyhncert.identify._returned import check_returned
from pyhncert.identify._services import ServiceRules, Slots, TimestampServices, service_rules
from pyhncert.identify._status import Status, listed_status
from pyhncert.identify._timestamps import HttpTimestamper, Timestamper, TrialTimestamper
from pyhncert.identify._token import TokenKey, load_token_credential
from pyhncert.identify._token_pair import TokenPair, put_on_token, token_pair
from pyhncert.identify._token_wrap import TokenWrap, load_token_key
from pyhncert.identify._trial import TrialAuthority, TrialPaths, make_trial_authority
from pyhncert.identify._trial_certificates import new_key

__all__ = [
    "Algorithms",
    "CheckLimits",
    "Credential",
    "DesktopTool",
    "HttpTimestamper",
    "OcspAnswer",
    "OcspClient",
    "PrivateKey",
    "Profile",
    "Profiles",
    "RemoteKey",
    "RemoteService",
    "ServiceRules",
    "Signer",
    "Slots",
    "Standing",
    "Status",
    "TimestampServices",
    "Timestamper",
    "TokenKey",
    "TokenPair",
    "TokenWrap",
    "TrialAuthority",
    "TrialPaths",
    "TrialTimestamper",
    "algorithms",
    "answer_signer",
    "check_credential",
    "check_limits",
    "check_path",
    "check_returned",
    "check_standing",
    "clock_off_s",
    "common_name",
    "find_path",
    "is_issued_by",
    "key_kind",
    "listed_status",
    "load_credential",
    "load_remote_credential",
    "load_token_credential",
    "load_token_key",
    "make_trial_authority",
    "new_key",
    "one_answer",
    "parse_certificate",
    "parse_crl",
    "profiles",
    "put_on_token",
    "read_certificates",
    "read_crls",
    "read_ocsp",
    "service_rules",
    "token_pair",
    "token_time",
]
