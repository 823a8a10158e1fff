"""How fast the gateway is beside others, on the same documents, in the same run: ratios, never bare numbers."""
