// The first thing every npm script runs: makes the checkout ready with nothing but Node, then hands over to the program.
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkJava, checkNode, checkSpace, dockerMayAnswer } from './boot/checks.mjs';
import { check } from './boot/check.mjs';
import { handOver } from './boot/hand-over.mjs';
import { ensureJars, ensurePackages } from './boot/install.mjs';
import { Refusal, say } from './boot/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const runMb = 500;

// The test runner fetches the jars itself (verb `jars`) once it knows that a test needs Kafka.
const verbs = {
  start: { needsKafka: true, run: (args) => program('infra/local/start.ts', args) },
  stack: { needsKafka: true, run: (args) => program('infra/local/stack.ts', args) },
  dev: { needsKafka: true, run: (args) => program('infra/local/dev.ts', args) },
  test: { needsKafka: false, run: (args) => program('test/run.ts', args) },
  octt: { needsKafka: false, run: (args) => program('test/octt/main.ts', args) },
  check: { needsKafka: false, run: (args) => check(root, args) },
  audit: { needsKafka: false, run: (args) => program('load-tests/fleet/audit.ts', args) },
  soak: { needsKafka: true, run: (args) => program('load-tests/faults/soak.ts', args) },
  rebuild: { needsKafka: false, run: (args) => program('infra/local/rebuild.ts', args) },
  generate: { needsKafka: false, run: (args) => program('contracts/generate.ts', args) },
  bench: { needsKafka: true, run: ([name, ...args]) => program(benchFile(name), args) },
  jars: { needsKafka: true, run: () => 0 },
};

try {
  process.exitCode = await boot(process.argv[2], process.argv.slice(3));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}

async function boot(name, args) {
  checkNode();
  const verb = Object.hasOwn(verbs, name ?? '') ? verbs[name] : undefined;
  if (verb === undefined) throw new Refusal(`Name what to run, one of: ${Object.keys(verbs).join(', ')}.`);
  const needsJars = verb.needsKafka && kafkaRunsHere();
  await Promise.all([name === 'jars' ? undefined : ensurePackages(root), needsJars ? ensureJars(root) : undefined]);
  if (verb.needsKafka) checkSpace(root, runMb, 'running the platform');
  return verb.run(args);
}

// False where a Kafka is given, or where only a container can run it.
function kafkaRunsHere() {
  if ((process.env.KAFKA_BROKERS ?? '') !== '') return false;
  try {
    checkJava();
    return true;
  } catch (error) {
    if (dockerMayAnswer()) return false;
    throw error;
  }
}

function benchFile(name) {
  const benches = fs.existsSync(join(root, 'load-tests/bench'))
    ? fs
        .readdirSync(join(root, 'load-tests/bench'))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => file.slice(0, -3))
    : [];
  if (benches.includes(name)) return `load-tests/bench/${name}.ts`;
  throw new Refusal(`Name a bench, one of: ${benches.join(', ')}.`);
}

function program(file, args) {
  return handOver(root, ['--import', 'tsx', join(root, file), ...args]);
}
