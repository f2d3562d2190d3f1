"""Officials' credentials: requests, approval by a second person, issuing, renewal, revocation, and what is due.

`open_credentials(office)` gives the inventory; docs/credentials.md tells how an office works with it.
"""

from pyhncert.services.credentials._csr import Csr, make_csr, read_csr
from pyhncert.services.credentials._exchange import export_requests, take_certificates
from pyhncert.services.credentials._inventory import Credentials, open_credentials
from pyhncert.services.credentials._keys import certificate_pem, key_file, write_certificate
from pyhncert.services.credentials._serve import CredentialService
from pyhncert.services.credentials._values import CredentialLine, Step, words

__all__ = [
    "CredentialLine",
    "CredentialService",
    "Credentials",
    "Csr",
    "Step",
    "certificate_pem",
    "export_requests",
    "key_file",
    "make_csr",
    "open_credentials",
    "read_csr",
    "take_certificates",
    "words",
    "write_certificate",
]
