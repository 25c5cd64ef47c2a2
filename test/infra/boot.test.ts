// Boot makes a checkout ready with nothing but Node, or says in one sentence what a person must do.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Checkout, java17, makeCheckout, mavenThatCopies } from '#test/support/checkout';

// A Docker engine would make Java needless; here there is none.
const noDocker = `import fs from 'node:fs'; const exists = fs.existsSync; fs.existsSync = (path) => !String(path).includes('docker') && exists(path);`;
const echoArguments = 'process.stdout.write(process.argv.slice(2).join("+")); process.exit(7);';

function checkout(context: TestContext, installed = true): Checkout {
  const made = makeCheckout(installed);
  context.after(() => made.remove());
  return made;
}

function assertOneSentence(said: string, pattern: RegExp): void {
  assert.match(said, pattern);
  assert.equal(said.split('\n').length, 1, said);
}

test('without Java the start is refused with one sentence that names the remedy', (context) => {
  const { code, said } = checkout(context).boot(['start'], { preload: noDocker });
  assert.equal(code, 1);
  assertOneSentence(said, /^Java is missing.*install a JRE of 17 or newer.*KAFKA_BROKERS/);
});

test('Java 11 is too old, Java 17 and 21 are not', (context) => {
  const made = checkout(context);
  made.fake('java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2');
  assertOneSentence(made.boot(['jars'], { preload: noDocker }).said, /^Java 11 is too old for Kafka.*install/);
  made.fake('mvn', mavenThatCopies);
  made.fake('java', java17);
  assert.equal(made.boot(['jars']).code, 0);
  made.fake('java', 'echo \'java version "21" 2023-09-19 LTS\' >&2');
  assert.equal(made.boot(['jars']).code, 0);
});

test('a given Kafka makes Java needless', (context) => {
  const made = checkout(context);
  made.write('infra/local/start.ts', echoArguments);
  assert.equal(made.boot(['start'], { env: { KAFKA_BROKERS: '127.0.0.1:1' } }).code, 7);
});

test('without Maven the jars are refused with one sentence, and with the jars in place Maven is not missed', (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  const { code, said } = made.boot(['jars']);
  assert.equal(code, 1);
  assertOneSentence(said, /^Maven is missing.*apt-get install maven/);
  made.fake('mvn', mavenThatCopies);
  assert.match(made.boot(['jars']).said, /Fetched 1 jars, 0 MB, in \d/);
  made.fake('mvn', 'exit 1');
  assert.equal(made.boot(['jars']).code, 0);
});

test('Maven that fails leaves no half-filled libs and says how to go on', (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  made.fake('mvn', 'case "$*" in *package*) echo "no route to host"; exit 1;; esac');
  const { code, said } = made.boot(['jars']);
  assert.equal(code, 1);
  assert.match(said, /no route to host\nMaven could not fetch the jars of Kafka .*start again\.$/);
  assert.equal(existsSync(join(made.dir, 'infra/kafka/libs')), false);
});

test('a Node older than 20 is refused, 20 itself is not', (context) => {
  const made = checkout(context);
  const pretend = (version: string): string => `Object.defineProperty(process, 'version', { value: '${version}' })`;
  const old = made.boot(['start'], { preload: pretend('v18.20.4') });
  assert.equal(old.code, 1);
  assertOneSentence(old.said, /^Node v18\.20\.4 is too old: install Node 20/);
  assert.doesNotMatch(made.boot(['start'], { preload: pretend('v20.0.0') }).said, /too old/);
});

test('a full disk is refused with the room that is needed', (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  made.fake('mvn', mavenThatCopies);
  const full = 'import fs from "node:fs"; fs.statfsSync = () => ({ bavail: 10, bsize: 1000000 });';
  const { code, said } = made.boot(['jars'], { preload: full });
  assert.equal(code, 1);
  assertOneSentence(said, /has 10 MB free, and fetching Kafka needs 100 MB: make room/);
});

test('two starts at the same time fetch once', async (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  made.fake('mvn', mavenThatCopies);
  const ends = await Promise.all(
    [made.spawnBoot(['jars']), made.spawnBoot(['jars'])].map((child) => once(child, 'exit')),
  );
  assert.deepEqual(
    ends.map(([code]) => code),
    [0, 0],
  );
  assert.equal(made.read('infra/kafka/fetched'), 'once\n');
});

test('the lock of a run that was killed is taken over', (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  made.fake('mvn', mavenThatCopies);
  // This very process lives, but it started at another time than the lock says: the pid was given anew.
  made.write('.data/jars.lock', `${process.pid} 1`);
  assert.equal(made.boot(['jars']).code, 0);
  assert.equal(existsSync(join(made.dir, '.data/jars.lock')), false);
});

test('packages are installed once per lockfile', (context) => {
  const made = checkout(context, false);
  made.fake('npm', `echo once >> "${made.dir}/installed"`);
  made.write('load-tests/fleet/audit.ts', echoArguments);
  const first = made.boot(['audit']);
  assert.match(first.said, /Installing the npm packages .*\nInstalled \d+ MB of npm packages in \d/);
  assert.equal(first.code, 7);
  made.boot(['audit']);
  assert.equal(made.read('installed'), 'once\n');
  made.write('package-lock.json', '{ }');
  made.boot(['audit']);
  assert.equal(made.read('installed'), 'once\nonce\n');
});

test('an unknown verb and an unknown bench are refused with the known ones', (context) => {
  const made = checkout(context);
  made.fake('java', java17);
  made.fake('mvn', mavenThatCopies);
  made.write('load-tests/bench/gateway.ts', '');
  assertOneSentence(made.boot(['toString']).said, /^Name what to run, one of: start, stack/);
  made.boot(['jars']);
  assertOneSentence(made.boot(['bench', 'nothing']).said, /^Name a bench, one of: gateway\.$/);
});

test('a signal reaches the program once, and its exit code is the exit code', async (context) => {
  const made = checkout(context);
  const program = `
    let heard = 0;
    process.on('SIGINT', () => { heard += 1; setTimeout(() => process.exit(heard === 1 ? 42 : 43), 300); });
    setInterval(() => {}, 1000);
    process.stdout.write('ready');`;
  made.write('load-tests/fleet/audit.ts', program);
  const child = made.spawnBoot(['audit']);
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 42);
});

test('a program whose boot is killed hears of it through its pipe', async (context) => {
  const made = checkout(context);
  const file = join(made.dir, 'ended');
  const program = `
    import { writeFileSync } from 'node:fs';
    process.stdin.resume();
    process.stdin.once('end', () => { writeFileSync(${JSON.stringify(file)}, ''); process.exit(0); });
    process.stdout.write('ready');`;
  made.write('load-tests/fleet/audit.ts', program);
  const child = made.spawnBoot(['audit']);
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  // The program holds the other end of our pipe, so the pipe's end is the program's.
  await once(child, 'close');
  assert.equal(existsSync(file), true);
});
