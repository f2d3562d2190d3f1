"""Reading a page: lines in place, the kind of paper, its fields."""
