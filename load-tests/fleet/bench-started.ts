// Stations for the bench of commands: each connects, boots, and tells when a remote start reached it.
import { setTimeout as delay } from 'node:timers/promises';
import { status16, status201 } from '#load-tests/fleet/bench-idle';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { WsLink } from '#load-tests/fleet/ws-client';

export type StartedFleet = {
  /** Resolves with the instant (performance.now()) at which the station's next remote start is there. */
  nextStart(stationId: string): Promise<number>;
  close(): void;
};

const startActions: ReadonlySet<unknown> = new Set(['RemoteStartTransaction', 'RequestStartTransaction']);
const connectsPerSliceMax = 50;
const sliceMs = 100;
const setupTimeoutMs = 120_000;
const pollMs = 100;

/** Resolves once every station booted and told the state of its connector; accepts every start and begins none. */
export async function connectStarted(url: string, identities: readonly StationIdentity[]): Promise<StartedFleet> {
  const links: WsLink[] = [];
  const waiting = new Map<string, (atMs: number) => void>();
  let booted = 0;
  const started = (stationId: string): void => {
    waiting.get(stationId)?.(performance.now());
    waiting.delete(stationId);
  };
  for (const [index, identity] of identities.entries()) {
    links.push(startedStation(url, identity, { booted: () => booted++, started }));
    if (index % connectsPerSliceMax === connectsPerSliceMax - 1) await delay(sliceMs);
  }
  const untilMs = performance.now() + setupTimeoutMs;
  while (booted < identities.length) {
    if (performance.now() > untilMs) throw new Error(`only ${booted} of ${identities.length} stations booted`);
    await delay(pollMs);
  }
  return {
    nextStart: (stationId) => new Promise((resolve) => waiting.set(stationId, resolve)),
    close() {
      for (const link of links) link.cut();
    },
  };
}

type Told = { booted(): void; started(stationId: string): void };

function startedStation(url: string, { stationId, password, version }: StationIdentity, told: Told): WsLink {
  const is16 = version === '1.6';
  const boot = is16
    ? { chargePointVendor: 'Bench', chargePointModel: 'Started' }
    : { reason: 'PowerUp', chargingStation: { vendorName: 'Bench', model: 'Started' } };
  const link: WsLink = new WsLink(
    {
      url: `${url}/${encodeURIComponent(stationId)}`,
      subprotocol: `ocpp${version}`,
      user: stationId,
      password,
    },
    {
      opened: () => link.send(JSON.stringify([2, 'b', 'BootNotification', boot])),
      message(text) {
        if (text.startsWith('[3,"b"'))
          link.send(JSON.stringify([2, 's', 'StatusNotification', is16 ? status16() : status201()]));
        else if (text.startsWith('[3,"s"')) told.booted();
        else if (text.startsWith('[2,')) answer(link, text, () => told.started(stationId));
      },
      ended: () => undefined,
    },
  );
  return link;
}

function answer(link: WsLink, text: string, started: () => void): void {
  const [, id, action] = JSON.parse(text) as readonly unknown[];
  if (startActions.has(action)) started();
  link.send(JSON.stringify([3, id, { status: 'Accepted' }]));
}
