"""What the officer should know before deciding: findings."""
