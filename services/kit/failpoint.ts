// Failpoints: named places of our own code where a test lets this process crash, wait, fail or hang. Off unless FAILPOINTS names them.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kit/fault';
import { createLogger } from '#kit/logger';

/** The failpoints of the kit. A service's own are `<service>.<place>` and stand where they are passed. */
export const kitFailpoints = [
  /** Writer: the records are queued towards the log, none is sent. */
  'log.before-send',
  /** Writer: the log has acknowledged, whoever appended does not know yet. */
  'log.after-ack',
  /** Projection: states are loaded and folded, nothing has left the process. */
  'projection.before-emit',
  /** Projection: emissions are acknowledged, no row is written. */
  'projection.before-rows',
  /** Projection: rows are written, the transaction is open. */
  'projection.before-commit',
  /** Projection: rows and position are committed, the cache does not know yet. */
  'projection.after-commit',
  /** Sink: the intent is noted, nothing is inserted. */
  'sink.before-insert',
  /** Sink: the store has the rows, the position does not. */
  'sink.before-position',
  /** Outbox: rows are read, nothing is published. */
  'outbox.before-publish',
  /** Outbox: the log has the rows, they are not yet marked as published. */
  'outbox.before-mark',
] as const;

/** What a failpoint does when it is passed. */
export type FailpointAction =
  | { readonly kind: 'crash' }
  | { readonly kind: 'fail' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** An action and the passing at which it happens, once; null: at every passing. */
export type ArmedFailpoint = { readonly action: FailpointAction; readonly atPassing: number | null };

const delayMsMax = 3_600_000;
const namePattern = /^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/;
const actionPattern = /^(?:(crash|fail|hang)|delay:(\d{1,7}))(?:@([1-9]\d{0,8}))?$/;
const kitNames: ReadonlySet<string> = new Set(kitFailpoints);
const kitPrefixes: ReadonlySet<string> = new Set(kitFailpoints.map((name) => name.slice(0, name.indexOf('.'))));

/**
 * Reads `name=action[@n];…` with the actions crash (SIGKILL to this process), fail (Fault FAILPOINT), hang, delay:<ms>.
 * Throws Fault CONFIG_INVALID that names every faulty part, a name under a prefix of the kit that the kit lacks included.
 */
export function parseFailpoints(text: string): ReadonlyMap<string, ArmedFailpoint> {
  const armed = new Map<string, ArmedFailpoint>();
  const faults: string[] = [];
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [name = '', ...actions] = part.split('=');
    const action = armedOf(actions.join('='));
    if (!isName(name)) faults.push(`${name} is no failpoint`);
    else if (armed.has(name)) faults.push(`${name} is named twice`);
    else if (action === undefined)
      faults.push(`${part}: after = comes crash, fail, hang or delay:<ms>, then maybe @<n>`);
    else armed.set(name, action);
  }
  if (faults.length > 0) throw new Fault('CONFIG_INVALID', { detail: `FAILPOINTS: ${faults.join('; ')}` });
  return armed;
}

function isName(name: string): boolean {
  if (!namePattern.test(name)) return false;
  return kitNames.has(name) || !kitPrefixes.has(name.slice(0, name.indexOf('.')));
}

function armedOf(text: string): ArmedFailpoint | undefined {
  const [, plain, delayText, passing] = actionPattern.exec(text) ?? [];
  const atPassing = passing === undefined ? null : Number(passing);
  if (plain === 'crash' || plain === 'fail' || plain === 'hang') return { action: { kind: plain }, atPassing };
  const delayMs = Number(delayText);
  return delayText === undefined || delayMs > delayMsMax
    ? undefined
    : { action: { kind: 'delay', delayMs }, atPassing };
}

/** Counts passings and does what is armed; `die` ends this process on the spot. */
export class Failpoints {
  readonly #armed: ReadonlyMap<string, ArmedFailpoint>;
  readonly #die: () => void;
  readonly #passings = new Map<string, number>();

  constructor(armed: ReadonlyMap<string, ArmedFailpoint>, die: () => void) {
    this.#armed = armed;
    this.#die = die;
  }

  /** Undefined where nothing happens; else a promise to wait for, which rejects with Fault FAILPOINT where it fails. */
  pass(name: string): Promise<void> | undefined {
    const armed = this.#armed.get(name);
    if (armed === undefined) return undefined;
    const passing = (this.#passings.get(name) ?? 0) + 1;
    this.#passings.set(name, passing);
    if (armed.atPassing !== null && armed.atPassing !== passing) return undefined;
    switch (armed.action.kind) {
      case 'crash':
        this.#die();
        return new Promise(() => {});
      case 'hang':
        return new Promise(() => {});
      case 'fail':
        return Promise.reject(new Fault('FAILPOINT', { detail: `the failpoint ${name} was passed` }));
      case 'delay':
        return delay(armed.action.delayMs);
    }
  }
}

// Read once, as the module loads: a faulty FAILPOINTS refuses the start of whatever imports this.
const ofProcess = fromEnvironment(process.env['FAILPOINTS'] ?? '');

function fromEnvironment(text: string): Failpoints | undefined {
  if (text === '') return undefined;
  const armed = parseFailpoints(text);
  createLogger('failpoint', 'warn').warn({ failpoints: text }, 'failpoints are on: this process is a test');
  return new Failpoints(armed, () => process.kill(process.pid, 'SIGKILL'));
}

/**
 * Passes a failpoint; undefined, at the cost of one comparison, unless FAILPOINTS names it.
 * Usage on a hot path: `const held = failpoint('x.y'); if (held !== undefined) await held;`
 */
export function failpoint(name: string): Promise<void> | undefined {
  return ofProcess === undefined ? undefined : ofProcess.pass(name);
}
