"""One file a change: `schema<N>_<step>_<what>.py`. The last one's `revision` is the next one's `down_revision`."""
