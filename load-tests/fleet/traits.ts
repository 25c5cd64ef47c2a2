// What differs between the makes of stations in the field, drawn once per station.
import type { Random } from '#load-tests/fleet/random';

export type Traits = {
  /** A repeated transaction message keeps its message id; else it gets a new one (both are allowed, 1.6J errata 3.7). */
  readonly repeatsMessageId: boolean;
  /** Boots after every reconnect, though only a reboot asks for it. */
  readonly bootsOnReconnect: boolean;
  /** Reports the register in kWh. */
  readonly metersInKwh: boolean;
  /** 2.x: the transaction begins with the plug (TxStartPoint EVConnected), the token follows. */
  readonly startsOnPlug: boolean;
  /** 1.6: StopTransaction carries the last reading as transactionData. */
  readonly sendsTransactionData: boolean;
};

export function drawTraits(random: Random): Traits {
  return {
    repeatsMessageId: random.chance(0.5),
    bootsOnReconnect: random.chance(0.25),
    metersInKwh: random.chance(0.25),
    startsOnPlug: random.chance(0.33),
    sendsTransactionData: random.chance(0.25),
  };
}
