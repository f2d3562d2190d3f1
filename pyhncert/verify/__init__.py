"""What a stranger can prove about a file, with no network."""
