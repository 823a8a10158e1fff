"""The official suites of the W3C before the running gateway: configuration and counts; the suites are given by path."""
