"""Programs that make what this repository ships: the pocket base, the support-bot rows, the generated pages."""
