// A crowd of stations for the storm bench, as a process of its own: connects, is cut off in one instant, and comes back at once.
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { status16, status201, connectIdle } from '#load-tests/fleet/bench-idle';
import { fleetIdentities, type StationIdentity } from '#load-tests/fleet/identities';
import { WsLink, type LinkEnd } from '#load-tests/fleet/ws-client';

export type CrowdOrder = {
  readonly url: string;
  readonly stations: number;
  readonly prefix: string;
  readonly seed: string;
};
export type CrowdRequest =
  | ({ readonly kind: 'connect' } & CrowdOrder)
  | { readonly kind: 'storm'; readonly timeoutMs: number };

/** What a storm was like for the crowd; times from the cut, in ms. */
export type CrowdReport = {
  readonly back: number;
  /** When each station's first fact after its return was acknowledged, ascending. */
  readonly backAtMs: readonly number[];
  readonly refusals: number;
  /** Connects that failed, by why. */
  readonly failures: Readonly<Record<string, number>>;
  readonly lostAgain: number;
  readonly callErrors: number;
};
export type CrowdAnswer =
  | { readonly kind: 'connected'; readonly stations: number }
  | ({ readonly kind: 'report' } & CrowdReport);

/** A failed connect (a full backlog, a handshake that takes too long) is repeated after so long, jittered. */
const failedWaitMs = 2_000;
const jitterMs = 1_000;
const pollMs = 50;
const addresses = 250;
/** Between two slices the answers to the ones before are read: else all 18,000 would seem to be answered late. */
const sliceOf = 250;

type Storm = {
  readonly startedAtMs: number;
  readonly backAtMs: number[];
  readonly links: Set<WsLink>;
  readonly failures: Record<string, number>;
  refusals: number;
  lostAgain: number;
  callErrors: number;
  isOver: boolean;
};

type Comer = {
  readonly url: string;
  readonly identity: StationIdentity;
  readonly index: number;
  readonly attempt: number;
};

let crowd: { readonly url: string; readonly identities: readonly StationIdentity[]; cut(): Promise<void> } | undefined;

process.on('message', (request: CrowdRequest) => {
  void serve(request).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));

async function serve(request: CrowdRequest): Promise<CrowdAnswer> {
  if (request.kind === 'storm') return { kind: 'report', ...(await storm(request.timeoutMs)) };
  const { prefix, seed, stations, url } = request;
  const identities = fleetIdentities({ prefix, seed, count: stations });
  const idle = await connectIdle({ url, identities });
  crowd = { url, identities, cut: () => idle.close() };
  return { kind: 'connected', stations: await idle.stillConnected() };
}

async function storm(timeoutMs: number): Promise<CrowdReport> {
  if (crowd === undefined) throw new Error('a storm needs a crowd');
  const { identities, url } = crowd;
  const state: Storm = {
    startedAtMs: performance.now(),
    backAtMs: [],
    links: new Set(),
    failures: {},
    refusals: 0,
    lostAgain: 0,
    callErrors: 0,
    isOver: false,
  };
  await crowd.cut();
  for (const [index, identity] of identities.entries()) {
    comeBack(state, { url, identity, index, attempt: 1 });
    if (index % sliceOf === sliceOf - 1) await nextTurn();
  }
  const until = state.startedAtMs + timeoutMs;
  while (state.backAtMs.length < identities.length && performance.now() < until) await delay(pollMs);
  state.isOver = true;
  const { refusals, failures, lostAgain, callErrors, backAtMs } = state;
  for (const link of state.links) link.cut();
  return { back: backAtMs.length, backAtMs, refusals, failures, lostAgain, callErrors };
}

/** Connects as often as it takes; a station stays accepted, so its first word is the state of its connector. */
function comeBack(state: Storm, comer: Comer): void {
  const { attempt, identity, index, url } = comer;
  const is16 = identity.version === '1.6';
  const link: WsLink = new WsLink(
    {
      url: `${url}/${encodeURIComponent(identity.stationId)}`,
      subprotocol: is16 ? 'ocpp1.6' : 'ocpp2.0.1',
      user: identity.stationId,
      password: identity.password,
      // Ports of closed connections stay taken for a minute, and the kernel finds a free one slowly where many are.
      localAddress: `127.0.${1 + (index % addresses)}.${1 + (attempt % addresses)}`,
    },
    {
      opened: () => link.send(JSON.stringify([2, 's', 'StatusNotification', is16 ? status16() : status201()])),
      message: (text) => heard(state, text),
      ended(end) {
        state.links.delete(link);
        if (state.isOver) return;
        setTimeout(() => comeBack(state, { ...comer, attempt: attempt + 1 }), waitMsAfter(state, end));
      },
    },
  );
  state.links.add(link);
}

function heard(state: Storm, text: string): void {
  if (text.startsWith('[3,"s"')) state.backAtMs.push(Math.round(performance.now() - state.startedAtMs));
  else if (text.startsWith('[4,')) state.callErrors++;
}

function waitMsAfter(state: Storm, end: LinkEnd): number {
  if (end.kind === 'refused') {
    state.refusals++;
    return end.retryAfterSeconds * 1000 + Math.random() * jitterMs;
  }
  if (end.kind === 'failed') state.failures[end.why] = (state.failures[end.why] ?? 0) + 1;
  else state.lostAgain++;
  return failedWaitMs + Math.random() * jitterMs;
}
