// Loaded into the servers that the soak starts: SIGUSR2 frees what can be freed, so that memory is measured and not V8's patience, and
// is answered with what is left.

/** Typed arrays give their store back some turns later. */
const REST_MS = 200;

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  setTimeout(() => process.send?.(process.memoryUsage.rss() / 1024), REST_MS);
});
