"""What an office gives to those who judge its copies without asking it: the next trust bundle (docs/trust.md)."""

from pyhncert.services.trust._export import export_bundle

__all__ = ["export_bundle"]
