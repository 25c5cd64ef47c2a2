import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { rootDir } from '#infra/local/paths';
import { failpoint, Failpoints, parseFailpoints } from '#kit/failpoint';
import { Fault } from '#kit/fault';

const armed = (text: string, die = (): void => assert.fail('it must not die')) =>
  new Failpoints(parseFailpoints(text), die);

test('a failpoint that nobody named is no promise', () => {
  assert.equal(failpoint('projection.before-rows'), undefined);
  assert.equal(armed('gateway.after-append=hang').pass('gateway.before-append'), undefined);
});

test('an action comes at every passing, or once at the one that is named', async () => {
  const always = armed('gateway.after-append=fail');
  await assert.rejects(async () => always.pass('gateway.after-append'), { code: 'FAILPOINT' });
  await assert.rejects(async () => always.pass('gateway.after-append'), { code: 'FAILPOINT' });
  const third = armed('projection.before-rows=fail@3');
  assert.equal(third.pass('projection.before-rows'), undefined);
  assert.equal(third.pass('projection.before-rows'), undefined);
  await assert.rejects(async () => third.pass('projection.before-rows'), { code: 'FAILPOINT' });
  assert.equal(third.pass('projection.before-rows'), undefined);
});

test('a crash ends the process and nobody goes on behind it; a delay is over after its time', async () => {
  let deaths = 0;
  const points = armed(' log.after-ack=crash@2 ; sink.before-insert=delay:5;', () => (deaths += 1));
  assert.equal(points.pass('log.after-ack'), undefined);
  const crashed = points.pass('log.after-ack');
  assert.equal(deaths, 1);
  const waited = points.pass('sink.before-insert');
  assert.ok(crashed !== undefined && waited !== undefined);
  assert.equal(await Promise.race([crashed.then(() => 'went on'), waited.then(() => 'waited')]), 'waited');
});

test('what cannot be read is refused, each fault by name', () => {
  const faulty = [
    'gateway.after-append',
    'gateway.after-append=explode',
    'gateway.after-append=delay',
    'gateway.after-append=delay:9999999',
    'gateway.after-append=crash@0',
    'gateway.after-append=crash@x',
    'after-append=crash',
    'Gateway.after=crash',
    'projection.before-nothing=crash',
    'gateway.a=crash;gateway.a=fail',
  ];
  for (const text of faulty) assert.throws(() => parseFailpoints(text), { code: 'CONFIG_INVALID' }, text);
  assert.throws(
    () => parseFailpoints('one=crash;x.y=z;sink.before-insert=crash'),
    (error) => error instanceof Fault && /one is no failpoint; x\.y=z/.test(error.detail),
  );
  assert.equal(parseFailpoints('').size, 0);
  assert.deepEqual(parseFailpoints('a.b=delay:0@7').get('a.b'), {
    action: { kind: 'delay', delayMs: 0 },
    atPassing: 7,
  });
});

test('a process warns that failpoints are on, dies at the named passing, and does not start with what it cannot read', () => {
  const script = `import { failpoint } from '#kit/failpoint'; failpoint('a.b'); console.log('one'); failpoint('a.b'); console.log('two');`;
  const run = (failpoints: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: rootDir,
      env: { ...process.env, FAILPOINTS: failpoints },
      encoding: 'utf8',
      timeout: 60_000,
    });
  const slowed = run('a.b=delay:1');
  assert.equal(slowed.status, 0);
  assert.match(slowed.stdout, /failpoints are on/);
  // Nothing that waits to be written survives a SIGKILL, the warning included.
  const killed = run('a.b=crash@2');
  assert.equal(killed.signal, 'SIGKILL');
  assert.match(killed.stdout, /^one$/m);
  assert.doesNotMatch(killed.stdout, /^two$/m);
  const refused = run('a.b=nonsense');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /CONFIG_INVALID/);
});
