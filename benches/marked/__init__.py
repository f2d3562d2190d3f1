"""Pages with marks on them, and with much that looks like marks, drawn with their truth.

`pages(held_out=False)` is what thresholds were chosen on; `pages(held_out=True)` has other seeds, typefaces, diameters,
inks, tints and another hand, and is what is reported.
"""
