// Which status of each EVSE the platform knows: only changes are told, and what it did not acknowledge is told again.
import type { CommandedEvse, Dialect } from '#load-tests/fleet/dialect';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';

export type StatusHost = {
  readonly dialect: Dialect;
  isReachable(): boolean;
  now(): number;
  call(outgoing: Outgoing): Promise<CallOutcome>;
};

export class StatusReport {
  readonly #host: StatusHost;
  /** Status names that the platform has acknowledged, by EVSE. */
  readonly #told: (string | undefined)[] = [];

  constructor(host: StatusHost) {
    this.#host = host;
  }

  /** After a reboot everything is told anew. */
  forget(): void {
    this.#told.length = 0;
  }

  async tell(evse: CommandedEvse, always: boolean): Promise<void> {
    const { dialect } = this.#host;
    const name = dialect.statusName(evse.status);
    if (!this.#host.isReachable() || (!always && this.#told[evse.evseId] === name)) return;
    this.#told[evse.evseId] = name;
    const outcome = await this.#host.call(dialect.status(evse.evseId, name, this.#host.now()));
    if (outcome.kind !== 'result' && this.#told[evse.evseId] === name) this.#told[evse.evseId] = undefined;
  }
}
