"""One file a command of `holdback`: a click command or group of the module's own name; found by folder walk."""
