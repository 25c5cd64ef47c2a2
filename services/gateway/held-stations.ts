// Stations that nobody registered, where their tenant wants to hear of them: told to the registry, never let in.
import type { RegistryClient, StationName } from './registry-client.ts';

/** An identity is told again after so long, however often it knocks. */
export const toldAgainMs = 60_000;
/** Whoever invents identities is told of at this rate at most; the rest come again. */
export const toldPerSecondMax = 10;
/** Identities remembered as told; oldest out. */
const rememberedMax = 1_000;

export type HeldOptions = {
  readonly registry: Pick<RegistryClient, 'held'>;
  now(): number;
};

export type Knock = StationName & { readonly address: string; readonly subprotocols: string };

export class HeldStations {
  readonly #options: HeldOptions;
  readonly #told = new Map<string, number>();
  #second = 0;
  #inSecond = 0;

  constructor(options: HeldOptions) {
    this.#options = options;
  }

  /** Waits for nothing: the answer to whoever knocks is that of any failed login, and takes as long. */
  knocked(knock: Knock): void {
    const now = this.#options.now();
    const key = `${knock.tenantId}/${knock.stationId}`;
    if (now < (this.#told.get(key) ?? -toldAgainMs) + toldAgainMs || !this.#mayTell(now)) return;
    const [oldest] = this.#told.keys();
    this.#told.delete(key);
    if (this.#told.size >= rememberedMax && oldest !== undefined) this.#told.delete(oldest);
    this.#told.set(key, now);
    void this.#options.registry.held(knock);
  }

  #mayTell(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    this.#inSecond += 1;
    return this.#inSecond <= toldPerSecondMax;
  }
}
