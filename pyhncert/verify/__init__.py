"""What a stranger can prove about a file, with no network.

`verify_copy` takes the bytes of a PDF, trusted roots and a moment, and returns what is proven, or raises the verdict's
own exception with the same report. It fails closed: structure first, then signatures, then trust, then receipt and
register. `holds_until` says by when a copy must be renewed. It loads neither OpenCV nor onnxruntime nor tesserocr.
"""

from pyhncert.verify._receipt import StatusLike
from pyhncert.verify._until import holds_until
from pyhncert.verify._verify import verify_copy

__all__ = ["StatusLike", "holds_until", "verify_copy"]
