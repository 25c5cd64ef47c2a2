// A position that the log lost: given a log that is away for longer than one question waits, then the partition is taken up all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '#kit/fault';
import { assignAgain } from '#kit/event-log/assign-again';
import { silent } from './model-broker.ts';

/** A log that answers the third question. */
function openRig(fault: Fault) {
  const assigned: [number, number][] = [];
  let asked = 0;
  const offsetsOf = (offset: number) => async () => {
    asked += 1;
    if (asked < 3) throw fault;
    return new Map([[4, offset]]);
  };
  const reader = {
    assign: (partition: number, offset: number) => void assigned.push([partition, offset]),
    startOffsets: offsetsOf(10),
    endOffsets: offsetsOf(90),
  };
  return { reader, assigned, asked: () => asked };
}

test('the log is asked until it tells the start, or the end', async () => {
  const [fromStart, fromEnd] = [openRig(new Fault('LOG_UNAVAILABLE')), openRig(new Fault('LOG_UNAVAILABLE'))];
  await assignAgain(fromStart.reader, 4, 'start', silent);
  await assignAgain(fromEnd.reader, 4, 'end', silent);
  assert.deepEqual([fromStart.assigned, fromEnd.assigned], [[[4, 10]], [[4, 90]]]);
});

test('a reader that is closed is asked no more', async () => {
  const rig = openRig(new Fault('LOG_CLOSED'));
  await assignAgain(rig.reader, 4, 'end', silent);
  assert.deepEqual([rig.assigned, rig.asked()], [[], 1]);
});
