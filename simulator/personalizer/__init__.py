"""Whatever ranks: the host in this process, or any endpoint over HTTP."""
