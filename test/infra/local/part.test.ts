// A part is taken from its URL, else embedded, else as a container; one sentence when no way leads to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obtainPart, type Part, PartAbsent } from '#infra/local/part';
import { Fault } from '#kit/fault';

const part = (source: Part['source']): Part => ({
  name: 'kafka',
  url: source,
  source,
  failed: new Promise(() => {}),
  close: async () => {},
});
const absent = (reason: string) => async (): Promise<Part> => {
  throw new PartAbsent(reason);
};
const ways = {
  name: 'kafka',
  variable: 'KAFKA_BROKERS',
  given: undefined,
  embedded: async () => part('embedded'),
  container: async () => part('container'),
} as const;

test('a given part is taken as it is, and nothing is started', async () => {
  const { source, url } = await obtainPart({ ...ways, given: 'kafka:9092', embedded: absent('must not be asked') });
  assert.deepEqual({ source, url }, { source: 'given', url: 'kafka:9092' });
});

test('an empty variable gives nothing: the embedded part is started', async () => {
  assert.equal((await obtainPart({ ...ways, given: '' })).source, 'embedded');
});

test('where it cannot be embedded a container is taken', async () => {
  assert.equal((await obtainPart({ ...ways, embedded: absent('no Java') })).source, 'container');
});

test('where no way is left one sentence tells each reason and the variable', async () => {
  await assert.rejects(
    obtainPart({ ...ways, embedded: absent('no Java'), container: absent('no Docker engine answers') }),
    (error) =>
      error instanceof Fault &&
      error.detail ===
        'No kafka here: no Java; no Docker engine answers; mend one of these, or name a running one in KAFKA_BROKERS.',
  );
});

test('a part that is there but does not start is not hidden by a container', async () => {
  const broken = async (): Promise<Part> => {
    throw new Fault('PART_UNAVAILABLE', { detail: 'the disk is full' });
  };
  await assert.rejects(obtainPart({ ...ways, embedded: broken }), /the disk is full/);
});
