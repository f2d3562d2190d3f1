"""What the drawings are made of: sheets and fonts, invented people, papers, cards, the scanner."""
