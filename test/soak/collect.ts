// Loaded into the servers that the soak starts: SIGUSR2 frees what can be freed, so that memory is measured and not V8's patience.

process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
