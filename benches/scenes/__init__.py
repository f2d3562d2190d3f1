"""Drawn scenes for finding the paper: papers on any ground, with a truth of corners."""
