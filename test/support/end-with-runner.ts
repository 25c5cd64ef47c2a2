// Loaded into each test process: it ends when the runner is gone, so that a killed run leaves no test behind.
const pollMs = 1_000;
const runner = process.ppid;

setInterval(() => {
  if (process.ppid !== runner) process.exit(1);
}, pollMs).unref();
