"""Templates, names and words that neither the examples nor the code were made with: what the reader meets unseen."""
