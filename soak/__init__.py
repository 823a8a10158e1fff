"""Long runs that are told nothing but to go on: what must hold while processes die and disks fail."""
