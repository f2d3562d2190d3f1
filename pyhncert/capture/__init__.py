"""From the glass to an upright page: loading scans, normalising them."""
