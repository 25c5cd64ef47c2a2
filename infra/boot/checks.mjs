// What this machine must have before anything is fetched; each check refuses with one sentence that holds the remedy.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { Refusal } from './say.mjs';

const nodeMajorMin = 20;
const javaMajorMin = 17;

export function checkNode() {
  const major = Number(process.version.slice(1).split('.')[0]);
  if (major >= nodeMajorMin) return;
  throw new Refusal(
    `Node ${process.version} is too old: install Node ${nodeMajorMin} or newer (https://nodejs.org) and start again.`,
  );
}

/** Java to run Kafka; a Docker engine or KAFKA_BROKERS makes it needless. */
export function checkJava() {
  const remedy = `install a JRE of ${javaMajorMin} or newer (Debian: apt-get install openjdk-17-jre-headless), or name a running Kafka in KAFKA_BROKERS, and start again.`;
  let said;
  try {
    said = execFileSync('java', ['-XshowSettings:none', '-version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    said += execFileSync('/bin/sh', ['-c', 'java -version 2>&1'], { encoding: 'utf8' });
  } catch {
    throw new Refusal(`Java is missing, and Kafka needs it: ${remedy}`);
  }
  const version = /version "(\d+)/.exec(said);
  if (version !== null && Number(version[1]) >= javaMajorMin) return;
  throw new Refusal(`Java ${version === null ? 'of an unknown version' : version[1]} is too old for Kafka: ${remedy}`);
}

export function checkMaven() {
  try {
    execFileSync('mvn', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Refusal(
      'Maven is missing, and it fetches the jars of Kafka: install it (Debian: apt-get install maven), or name a running Kafka in KAFKA_BROKERS, and start again.',
    );
  }
}

/** Room for what comes next, in MB. */
export function checkSpace(dir, neededMb, purpose) {
  const { bavail, bsize } = fs.statfsSync(dir);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb >= neededMb) return;
  throw new Refusal(`${dir} has ${freeMb} MB free, and ${purpose} needs ${neededMb} MB: make room and start again.`);
}

export function dockerMayAnswer() {
  return process.env.DOCKER_HOST !== undefined || fs.existsSync('/var/run/docker.sock');
}
