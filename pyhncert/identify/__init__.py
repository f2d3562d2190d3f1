"""Who signs: keys, certificates, authorities, and a trial office's own authorities."""
