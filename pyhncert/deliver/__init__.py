"""Where the holder gets the copy: files and receipts, never overwriting."""
