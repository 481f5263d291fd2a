"""One file a set of tables, with the statements that use them. Found by folder walk."""
