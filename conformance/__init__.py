"""Adapters that put the gateway before other people's suites, samples and verifiers."""
