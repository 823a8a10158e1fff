"""A gateway between the formats of learners' credentials: it converts, verifies and signs them."""
