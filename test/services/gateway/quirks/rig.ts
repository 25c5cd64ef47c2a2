// A station of a vendor at a gateway whose log acknowledges: given its frames as sent, what is answered and what is in the log.
import assert from 'node:assert/strict';
import type { AnyRecord } from '#contracts/codec';
import type { OcppVersion } from '#contracts/ocpp';
import type { Connection } from '#services/gateway/connection';
import { connect, fakeGateway, settle, type FakeGateway, type FakeSocket } from '../fake-parts.ts';

export type OddStation = {
  readonly gateway: FakeGateway;
  readonly connection: Connection;
  readonly socket: FakeSocket;
  /** Sends a text as it stands; the answer's parts, and the facts that came of it. */
  ask(text: string): Promise<{ readonly answer: readonly unknown[]; readonly facts: readonly AnyRecord[] }>;
};

/** Booted, as the vendor names itself. */
export async function oddStation(version: OcppVersion = '1.6', vendor = 'V'): Promise<OddStation> {
  const gateway = fakeGateway();
  gateway.ackAll();
  const { connection, socket } = connect(gateway, version);
  await connection.begin();
  const ask: OddStation['ask'] = async (text) => {
    const [sent, recorded] = [socket.sent.length, gateway.records.length];
    connection.receive(text);
    await settle();
    assert.equal(socket.sent.length, sent + 1, `answered once: ${text.slice(0, 80)}`);
    const answer: unknown = JSON.parse(socket.sent.at(-1) ?? '');
    assert.ok(Array.isArray(answer));
    return { answer, facts: gateway.records.slice(recorded) };
  };
  const boot =
    version === '1.6'
      ? { chargePointVendor: vendor, chargePointModel: 'M' }
      : { reason: 'PowerUp', chargingStation: { vendorName: vendor, model: 'M' } };
  const { answer } = await ask(JSON.stringify([2, 'boot', 'BootNotification', boot]));
  assert.equal(answer[0], 3);
  return { gateway, connection, socket, ask };
}

type Of<T extends AnyRecord['type']> = Extract<AnyRecord, { type: T }>;

/** The one fact of that type. */
export function only<T extends AnyRecord['type']>(facts: readonly AnyRecord[], type: T): Of<T> {
  const found = facts.filter((fact): fact is Of<T> => fact.type === type);
  assert.equal(found.length, 1, `one ${type} among ${facts.map((fact) => fact.type).join(', ')}`);
  const [fact] = found;
  assert.ok(fact !== undefined);
  return fact;
}

/** Names of the quirks that the log was told of. */
export function quirksOf(facts: readonly AnyRecord[]): readonly string[] {
  return facts.flatMap((fact) => (fact.type === 'QuirksObserved' ? fact.quirks : []));
}
