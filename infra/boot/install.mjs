// Fetches what the checkout needs and git does not hold: npm packages by the lockfile, the jars of Kafka by Maven.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { checkJava, checkMaven, checkSpace } from './checks.mjs';
import { withLock } from './lock.mjs';
import { Refusal, say, secondsSince } from './say.mjs';

const packagesMb = 1_000;
const jarsMb = 100;
const saidLinesMax = 40;

/** Installs the npm packages unless node_modules carries the stamp of this very lockfile. */
export async function ensurePackages(root) {
  const stamp = join(root, 'node_modules', '.chargestream-lock');
  const wanted = hashOf(join(root, 'package-lock.json'));
  if (isCurrent(root, stamp, wanted)) return;
  await withLock(join(root, '.data', 'packages.lock'), async () => {
    if (isCurrent(root, stamp, wanted)) return;
    checkSpace(root, packagesMb, 'installing the npm packages');
    say(`Installing the npm packages (about ${packagesMb} MB on disk) …`);
    const startedMs = performance.now();
    await run(npmCommand(), ['ci', '--no-audit', '--no-fund'], root, 'npm ci failed');
    fs.writeFileSync(stamp, wanted);
    say(`Installed ${sizeOf(join(root, 'node_modules'))} of npm packages in ${secondsSince(startedMs)}.`);
  });
}

/** Fetches the jars unless libs carries the stamp of this very pom. */
export async function ensureJars(root) {
  const kafka = join(root, 'infra', 'kafka');
  const libs = join(kafka, 'libs');
  const stamp = join(libs, '.pom');
  const wanted = hashOf(join(kafka, 'pom.xml'));
  if (read(stamp) === wanted) return;
  checkJava();
  await withLock(join(root, '.data', 'jars.lock'), async () => {
    if (read(stamp) === wanted) return;
    checkMaven();
    checkSpace(root, jarsMb, 'fetching Kafka');
    say('Fetching the jars of Kafka 4.3 through Maven (about 44 MB) …');
    const startedMs = performance.now();
    const draft = join(kafka, 'libs.new');
    fs.rmSync(draft, { recursive: true, force: true });
    const args = ['-B', '-q', '-ntp', '-f', join(kafka, 'pom.xml'), `-Dlibs=${draft}`, 'package'];
    await run({ command: 'mvn', before: [] }, args, root, 'Maven could not fetch the jars of Kafka');
    fs.writeFileSync(join(draft, '.pom'), wanted);
    // 1. away with the old, 2. rename. A crash between leaves no jars, and the next start fetches them again.
    fs.rmSync(libs, { recursive: true, force: true });
    fs.renameSync(draft, libs);
    say(`Fetched ${fs.readdirSync(libs).length - 1} jars, ${sizeOf(libs)}, in ${secondsSince(startedMs)}.`);
  });
}

// npm writes node_modules/.package-lock.json last, so one that is newer than the lockfile is a whole installation.
function isCurrent(root, stamp, wanted) {
  const stamped = read(stamp);
  if (stamped !== undefined) return stamped === wanted;
  const installedMs = modifiedMs(join(root, 'node_modules', '.package-lock.json'));
  if (installedMs === undefined || installedMs < modifiedMs(join(root, 'package-lock.json'))) return false;
  fs.writeFileSync(stamp, wanted);
  return true;
}

// Under `npm start` the npm at work is named by its script; `node infra/boot.mjs` alone takes the one on the PATH.
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && script.endsWith('npm-cli.js')) return { command: process.execPath, before: [script] };
  return { command: 'npm', before: [] };
}

function run({ command, before }, args, cwd, failure) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (chunk) => (said = (said + chunk).slice(-8_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // Told to end, we end the installer first: an orphan would write on below the next run.
    let stopped = false;
    const stop = (signal) => {
      stopped = true;
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
    child.once('error', (error) => reject(new Refusal(`${failure}: ${error.message}.`)));
    child.once('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
      if (stopped) return reject(new Refusal('Stopped.'));
      if (code === 0) return resolve();
      say(said.trim().split('\n').slice(-saidLinesMax).join('\n'));
      reject(new Refusal(`${failure} (code ${code}, its last lines stand above): check the network and start again.`));
    });
  });
}

function sizeOf(dir) {
  let bytes = 0;
  for (const entry of fs.readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += fs.lstatSync(join(entry.parentPath ?? entry.path, entry.name)).size;
  }
  return `${Math.round(bytes / 1_000_000)} MB`;
}

function hashOf(file) {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function modifiedMs(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
