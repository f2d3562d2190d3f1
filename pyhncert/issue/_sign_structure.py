"""The bytes of a copy, read strictly: revisions, signatures, validation data; `verify` judges them."""

from pyhncert.issue._archive import ArchiveStamp, stamp_contents, stamp_frame
from pyhncert.issue._dss import ValidationData, build_validation_data, read_validation_data
from pyhncert.issue._dss_cms import CmsParts, TokenParts, read_cms, read_token
from pyhncert.issue._dss_ocsp import response_facts
from pyhncert.issue._dss_x509 import CertificateFacts, certificate_facts, list_facts
from pyhncert.issue._evidence import Evidence, Trail, is_complete, needed, read_trail
from pyhncert.issue._sign import AGENCY, OFFICER
from pyhncert.issue._sign_contents import Signed, read_signature
from pyhncert.issue._sign_ecdsa import low_s
from pyhncert.issue._sign_names import speaks_for
from pyhncert.issue._sign_objects import PdfObject, PdfString, Ref, Value, malformed, read_value
from pyhncert.issue._sign_revisions import Revision, Revisions, read_revisions
from pyhncert.issue._sign_token import one_form

__all__ = [
    "AGENCY",
    "OFFICER",
    "ArchiveStamp",
    "CertificateFacts",
    "CmsParts",
    "Evidence",
    "PdfObject",
    "PdfString",
    "Ref",
    "Revision",
    "Revisions",
    "Signed",
    "TokenParts",
    "Trail",
    "ValidationData",
    "Value",
    "build_validation_data",
    "certificate_facts",
    "is_complete",
    "list_facts",
    "low_s",
    "malformed",
    "needed",
    "one_form",
    "read_cms",
    "read_revisions",
    "read_signature",
    "read_token",
    "read_trail",
    "read_validation_data",
    "read_value",
    "response_facts",
    "speaks_for",
    "stamp_contents",
    "stamp_frame",
]
