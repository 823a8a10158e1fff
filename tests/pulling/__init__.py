"""Tests of the gateway as an importer."""
