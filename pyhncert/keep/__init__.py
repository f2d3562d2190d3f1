"""The register and the store: every act once, for ever."""
