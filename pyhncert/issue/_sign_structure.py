"""The bytes of a copy, read strictly: revisions, signatures, validation data; `verify` judges them."""

from pyhncert.issue._dss import (
    Evidence,
    ValidationData,
    build_revision4,
    needed,
    read_evidence,
    read_validation_data,
)
from pyhncert.issue._dss_cms import CmsParts, TokenParts, read_cms, read_token
from pyhncert.issue._dss_x509 import certificate_facts, list_facts
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
    "CmsParts",
    "Evidence",
    "PdfObject",
    "PdfString",
    "Ref",
    "Revision",
    "Revisions",
    "Signed",
    "TokenParts",
    "ValidationData",
    "Value",
    "build_revision4",
    "certificate_facts",
    "list_facts",
    "low_s",
    "malformed",
    "needed",
    "one_form",
    "read_cms",
    "read_evidence",
    "read_revisions",
    "read_signature",
    "read_token",
    "read_validation_data",
    "read_value",
    "speaks_for",
]
