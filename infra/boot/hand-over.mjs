// Runs the program that boot made ready: signals go through once, its exit code is ours, and it ends when we do.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

const parentPollMs = 1_000;

/** Runs `node args…` and resolves with its exit code. */
export function handOver(root, args) {
  return new Promise((resolve) => {
    // A process group of its own: Ctrl-C reaches everyone in ours, and the program shall hear of it once, from us.
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['pipe', 'inherit', 'inherit'],
      detached: true,
      env: { ...process.env, CHILD_OF_PIPE: '1' },
    });
    child.stdin.on('error', () => {});
    const asked = new Set();
    const pass = (signal) => {
      if (asked.has(signal)) return;
      asked.add(signal);
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => pass(signal === 'SIGHUP' ? 'SIGTERM' : signal));
    const watch = watchNpm(() => pass('SIGTERM'));
    child.once('error', () => resolve(1));
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

// npm killed with -9 tells nobody; then its script, which is us, is orphaned. Only under npm: a program started by hand
// may outlive its shell.
function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const shell = nameOf(process.ppid);
  const grandparent = /^(sh|dash|bash)$/.test(shell) ? parentOf(process.ppid) : undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent)) return;
    clearInterval(watch);
    onGone();
  }, parentPollMs);
  watch.unref();
  return watch;
}

function nameOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function parentOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
