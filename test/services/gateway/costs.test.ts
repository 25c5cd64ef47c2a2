// Costs in answers: given a station that shows them, when its transaction ends or goes on, then the answer tells what billing
// says, once the facts are in the log; and comes without it where that is not known in time.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { costSource } from '#services/gateway/cost-source';
import { Costs } from '#services/gateway/costs';
import { jsonAmountOf } from '#services/gateway/domain/cost';
import type { Answer, CostQuestion } from '#services/gateway/domain/question';
import { metricsRegistry } from '#kit/metrics';
import { transactionEvent } from '#services/gateway/ocpp2/transaction-event';
import { Questions, type Source } from '#services/gateway/sources';
import { connect, fakeGateway, settle } from './fake-parts.ts';
import { station } from './support.ts';

const endedAt = Date.parse('2026-11-25T10:00:00Z');
const told: Answer = { kind: 'cost', total: '12.30' };

type Event = { readonly eventType?: string; readonly offline?: boolean; readonly transactionId?: string };

const event = (id: string, { eventType = 'Ended', transactionId = 'T', ...more }: Event = {}): string =>
  JSON.stringify([
    2,
    id,
    'TransactionEvent',
    {
      eventType,
      timestamp: '2026-11-25T10:00:00Z',
      triggerReason: 'Trigger',
      seqNo: 1,
      transactionInfo: { transactionId },
      ...more,
    },
  ]);

type Given = {
  readonly version?: '2.0.1' | '2.1';
  readonly tenant?: boolean;
  readonly own?: boolean | null;
  readonly source?: Source<'cost'>;
};

/** A station that is accepted, whose facts are acknowledged when the test says so. */
async function charging({ version = '2.0.1', tenant = true, own = null, source }: Given = {}) {
  const asked: CostQuestion[] = [];
  const cost: Source<'cost'> = (question, asker) => {
    asked.push(question);
    return source === undefined ? Promise.resolve(told) : source(question, asker);
  };
  const gateway = fakeGateway({}, { cost });
  gateway.policies = { costsShown: tenant };
  const { connection, socket } = connect(gateway, version, { ...station, costsShown: own });
  const beginning = connection.begin();
  await settle();
  for (const append of gateway.pending.splice(0)) append.ack();
  await beginning;
  connection.accepted = true;
  const acknowledge = async (): Promise<void> => {
    for (const append of gateway.pending.splice(0)) append.ack();
    await settle();
  };
  const says = async (text: string): Promise<unknown> => {
    connection.receive(text);
    await settle();
    await acknowledge();
    const [, , payload] = JSON.parse(socket.sent.at(-1) ?? '[]') as unknown[];
    return payload;
  };
  return { gateway, connection, socket, asked, acknowledge, says };
}

async function countedAs(outcome: string): Promise<number> {
  const values = (await metricsRegistry.getSingleMetric('chargestream_gateway_costs_total')?.get())?.values ?? [];
  return values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0;
}

for (const version of ['2.0.1', '2.1'] as const) {
  test(`${version}: billing is asked for the total once the end is in the log, and it is told`, async () => {
    const { asked, acknowledge, connection, socket } = await charging({ version });
    connection.receive(event('1'));
    await settle();
    assert.deepEqual([asked, socket.sent], [[], []], 'nobody is asked of what is not in the log');
    await acknowledge();
    assert.deepEqual(asked, [{ kind: 'cost', transactionId: 'T', endedAt }]);
    assert.deepEqual(socket.sent, ['[3,"1",{"totalCost":12.3}]']);
  });
}

test('a repeat of the same message gets the same answer, and billing is not asked again', async () => {
  let total = 1;
  const { asked, says, connection, socket } = await charging({
    source: async () => ({ kind: 'cost', total: String(total++) }),
  });
  await says(event('1'));
  connection.receive(event('1'));
  await settle();
  assert.deepEqual(socket.sent, ['[3,"1",{"totalCost":1}]', '[3,"1",{"totalCost":1}]']);
  assert.equal(asked.length, 1);
});

test('a token that is shown is judged beside the cost', async () => {
  const { says } = await charging();
  const idToken = { idToken: '04A1', type: 'ISO14443' };
  const [call, id, action, payload] = JSON.parse(event('1')) as [number, string, string, object];
  const answer = await says(JSON.stringify([call, id, action, { ...payload, idToken }]));
  assert.deepEqual(answer, { idTokenInfo: { status: 'Invalid' }, totalCost: 12.3 });
});

test('nobody is asked where costs are not shown: by default, and where the station wants otherwise than its tenant', async () => {
  for (const [tenant, own, isAsked] of [
    [false, null, false],
    [true, null, true],
    [true, false, false],
    [false, true, true],
  ] as const) {
    const { asked, says } = await charging({ tenant, own });
    assert.deepEqual(await says(event('1')), isAsked ? { totalCost: 12.3 } : {}, `${tenant} ${own}`);
    assert.equal(asked.length, isAsked ? 1 : 0);
  }
});

test('what is free is told as nothing, what is not known is not told and counted', async () => {
  const free = await charging({ source: async () => ({ kind: 'cost', total: '0.00' }) });
  assert.deepEqual(await free.says(event('1')), { totalCost: 0 });
  for (const why of ['not-folded', 'flagged', 'no-tariff']) {
    const before = await countedAs(why);
    const held = await charging({ source: async () => ({ kind: 'refused', why }) });
    assert.deepEqual(await held.says(event('1')), {});
    assert.equal(await countedAs(why), before + 1);
  }
});

test('billing away, or slow: the end is answered without its cost, and counted', async () => {
  const before = await countedAs('unreachable');
  const away = await charging({ source: () => Promise.reject(new Error('down')) });
  assert.deepEqual(await away.says(event('1')), {});
  const never: Source<'cost'> = () => new Promise(() => undefined);
  const questions = new Questions({ cost: never }, { timeoutMs: 1, atOnceMax: 1 }, pino({ level: 'silent' }));
  const slow = new Costs({ questions, runningEveryMs: 0, now: () => 0 });
  const asker = { tenantId: 'default', stationId: 'CS-001', key: 'default/CS-001' };
  assert.equal(await slow.of(asker, { kind: 'cost', transactionId: 'T', endedAt }), undefined);
  assert.equal(await countedAs('unreachable'), before + 2);
});

test('a station that left while billing was asked is not answered', async () => {
  let answer: (told: Answer) => void = () => undefined;
  const { gateway, connection, says, socket, asked } = await charging({
    source: () => new Promise((done) => (answer = done)),
  });
  await says(event('1'));
  gateway.ackAll();
  await connection.gone(1006);
  answer(told);
  await settle();
  assert.deepEqual([asked.length, socket.sent], [1, []]);
});

test('what a running transaction came to is told once a minute, of each by itself; belatedly told, nobody sees it', async () => {
  const { gateway, says, asked } = await charging();
  const running = { totalCost: 12.3 };
  const updated = (id: string, more: Event = {}) => says(event(id, { eventType: 'Updated', ...more }));
  assert.deepEqual(await says(event('0', { eventType: 'Started' })), {});
  assert.deepEqual(await updated('1'), running);
  gateway.nowMs += 59_999;
  assert.deepEqual(await updated('2'), {});
  assert.deepEqual(await updated('3', { transactionId: 'U' }), running);
  gateway.nowMs += 1;
  assert.deepEqual(await updated('4'), running);
  assert.deepEqual(await updated('5', { transactionId: 'V', offline: true }), {});
  assert.deepEqual(await says(event('6')), running, 'an end is always asked for');
  assert.deepEqual(
    asked.map(({ transactionId, endedAt: at }) => [transactionId, at]),
    [
      ['T', null],
      ['U', null],
      ['T', null],
      ['T', endedAt],
    ],
  );
});

test('an end whose time nobody can read is priced by a person, and not asked for', () => {
  const request = { triggerReason: 'Trigger', seqNo: 1, transactionInfo: { transactionId: 'T' } } as const;
  const costs = (timestamp: string) => transactionEvent.costs?.({ ...request, eventType: 'Ended', timestamp });
  assert.equal(costs('yesterday'), undefined);
  assert.deepEqual(costs('2026-11-25T10:00:00Z'), { kind: 'cost', transactionId: 'T', endedAt });
});

test('an amount is told as the number that says it to its last decimal, or not at all', () => {
  assert.equal(JSON.stringify(jsonAmountOf('12.30')), '12.3');
  assert.equal(jsonAmountOf('0.00'), 0);
  assert.equal(JSON.stringify(jsonAmountOf('1234567890123.45')), '1234567890123.45');
  assert.equal(jsonAmountOf('12345678901234.56'), undefined);
  for (const none of ['', '-1', '1e3', '1.', 'NaN']) assert.equal(jsonAmountOf(none), undefined, none);
});

const asker = { tenantId: 'default', stationId: 'CS-001', signal: new AbortController().signal };
const question: CostQuestion = { kind: 'cost', transactionId: 'T', endedAt };

async function billing(t: TestContext, answer: (response: ServerResponse) => void) {
  const heard: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      heard.push([request.url, request.headers.authorization, body]);
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { heard, source: costSource({ url: `http://127.0.0.1:${port}`, internalToken: 'secret', waitMs: 2_400 }) };
}

test('billing is asked as a service of ours, and told how long it may wait', async (t) => {
  const { heard, source } = await billing(t, (response) => response.end('{"totalInclVat":"7.44","currency":"EUR"}'));
  assert.deepEqual(await source(question, asker), { kind: 'cost', total: '7.44' });
  const body = { tenantId: 'default', stationId: 'CS-001', transactionId: 'T', endedAt, waitMs: 2_400 };
  assert.deepEqual(heard, [['/internal/costs', 'Bearer secret', body]]);
  await source({ ...question, endedAt: null }, asker);
  assert.deepEqual(heard.at(-1), ['/internal/costs', 'Bearer secret', { ...body, endedAt: null, waitMs: 700 }]);
});

test('what billing says no cost for is passed on; what it cannot have meant is none', async (t) => {
  const untold = await billing(t, (response) => response.end('{"why":"flagged"}'));
  assert.deepEqual(await untold.source(question, asker), { kind: 'refused', why: 'flagged' });
  for (const body of ['{"why":"because"}', '{"totalInclVat":"-1","currency":"EUR"}', '{"totalInclVat":7.44}', 'x']) {
    const odd = await billing(t, (response) => response.end(body));
    await assert.rejects(odd.source(question, asker), body);
  }
  const failing = await billing(t, (response) => response.writeHead(503).end());
  await assert.rejects(failing.source(question, asker));
});
