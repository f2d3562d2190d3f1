"""Test sets of the reader: pages of sixteen kinds in seven conditions, with the truth of every line.

`plan` says which pages there are and draws them from a seed, `spoil` is what scanners, cameras and fax machines do to
them, `score` counts what a reader got wrong, `readers` are ours and two to compare with. Nothing here trains a model.
"""
