"""How tools are pointed at a gateway: `holdback connect`. One file a tool, found by folder walk."""
