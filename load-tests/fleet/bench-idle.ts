// Idle stations for a bench: each connects, boots, reports its connector, and then says nothing.
import { setTimeout as delay } from 'node:timers/promises';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { WsLink } from '#load-tests/fleet/ws-client';

export type IdleFleet = {
  /** Stations that booted. */
  readonly connected: number;
  stillConnected(): Promise<number>;
  close(): Promise<void>;
};

const connectsPerSecond = 500;
const setupTimeoutMs = 120_000;
const checkEveryMs = 100;

/** Resolves once every station booted; rejects where that takes longer than two minutes. */
export async function connectIdle(options: {
  url: string;
  identities: readonly StationIdentity[];
}): Promise<IdleFleet> {
  const { identities, url } = options;
  const links: WsLink[] = [];
  let booted = 0;
  for (const [index, identity] of identities.entries()) {
    links.push(idleStation(url, identity, () => booted++));
    if (index % 50 === 49) await delay((50 / connectsPerSecond) * 1000);
  }
  const until = performance.now() + setupTimeoutMs;
  while (booted < identities.length) {
    if (performance.now() > until) throw new Error(`only ${booted} of ${identities.length} stations booted`);
    await delay(checkEveryMs);
  }
  return {
    connected: booted,
    stillConnected: async () => links.filter((link) => link.isOpen).length,
    async close() {
      for (const link of links) link.cut();
    },
  };
}

function idleStation(url: string, identity: StationIdentity, booted: () => void): WsLink {
  const is16 = identity.version === '1.6';
  const link = new WsLink(
    {
      url: `${url}/${encodeURIComponent(identity.stationId)}`,
      subprotocol: is16 ? 'ocpp1.6' : 'ocpp2.0.1',
      user: identity.stationId,
      password: identity.password,
    },
    {
      opened: () => link.send(JSON.stringify([2, 'b', 'BootNotification', is16 ? boot16 : boot201])),
      message(text) {
        if (text.startsWith('[3,"b"'))
          link.send(JSON.stringify([2, 's', 'StatusNotification', is16 ? status16() : status201()]));
        else if (text.startsWith('[3,"s"')) booted();
      },
      ended: () => undefined,
    },
  );
  return link;
}

const boot16 = { chargePointVendor: 'Bench', chargePointModel: 'Idle' };
const boot201 = { reason: 'PowerUp', chargingStation: { vendorName: 'Bench', model: 'Idle' } };

export function status16(): object {
  return { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp: new Date().toISOString() };
}

export function status201(): object {
  return { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: new Date().toISOString() };
}
