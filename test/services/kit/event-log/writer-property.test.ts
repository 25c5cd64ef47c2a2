// Whatever fails and whenever: acknowledged records stand where their callers were told, in order, none lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Fate, ModelBroker } from './model-broker.ts';
import { openWriter, record, topic } from './writing.ts';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_000);
const partitions = 3;

type Step = { readonly partition: number; readonly records: number; readonly pause: boolean };

const step: fc.Arbitrary<Step> = fc.record({
  partition: fc.nat(partitions - 1),
  records: fc.integer({ min: 1, max: 4 }),
  pause: fc.boolean(),
});
const fates: fc.Arbitrary<Fate[]> = fc.array(fc.constantFrom<Fate>('ok', 'ok', 'request-lost', 'ack-lost'), {
  maxLength: 8,
});
/** 0 takes the batch; 6 is NOT_LEADER, 19 NOT_ENOUGH_REPLICAS, 59 UNKNOWN_PRODUCER_ID, 45 OUT_OF_ORDER_SEQUENCE. */
const errors = fc.array(fc.tuple(fc.nat(partitions - 1), fc.constantFrom(0, 0, 6, 19, 59, 45)), { maxLength: 6 });

test(`acknowledged records are in the log, where told and in order, whatever fails (seed ${seed})`, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fates, errors, holds);
  await fc.assert(property, { seed, numRuns: 40 });
});

async function holds(steps: Step[], fate: Fate[], failing: [number, number][]): Promise<void> {
  const broker = new ModelBroker({
    fateOf: (request) => fate[request] ?? 'ok',
    errorFor: (request, _topic, partition) => {
      const [failingPartition, code] = failing[request] ?? [0, 0];
      return partition === failingPartition ? code : 0;
    },
  });
  const writer = await openWriter(broker, { batchRecordsMax: 12, lingerMs: 0 });
  const told: { partition: number; keys: string[]; offset: Promise<number> }[] = [];
  for (const [number, { partition, records, pause }] of steps.entries()) {
    const keys = Array.from({ length: records }, (_, index) => `${number}.${index}`);
    const appended = keys.map((key) => record(key));
    told.push({ partition, keys, offset: writer.append(topic, partition, appended) });
    if (pause) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { partition, keys, offset } of told) {
    const at = await offset;
    assert.deepEqual(broker.keys(topic, partition).slice(at, at + keys.length), keys, 'stands where it was told');
  }
  assert.equal(broker.inFlightMax, 1);
  assert.equal(writer.queuedBytes, 0);
  for (let partition = 0; partition < partitions; partition += 1) {
    const appended = told.filter((one) => one.partition === partition).flatMap(({ keys }) => keys);
    const seen = [...new Set(broker.keys(topic, partition))];
    assert.deepEqual(seen, appended, 'first occurrences are in the order of the appends');
  }
  await writer.close();
}
