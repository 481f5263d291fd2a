"""Model providers: what each kind is like, and which one a request goes to. Pure: it knows no socket and no clock."""
