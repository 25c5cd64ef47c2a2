// What a simulated station is made of, and its way to the platform.
import type { Clock } from '#load-tests/fleet/clock';
import type { Dialect } from '#load-tests/fleet/dialect';
import type { Pace } from '#load-tests/fleet/evse';
import type { StationIdentity } from '#load-tests/fleet/identities';
import type { Model } from '#load-tests/fleet/model';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import type { Random } from '#load-tests/fleet/random';
import { Uplink, type UplinkParts } from '#load-tests/fleet/uplink';
import { plainVendor, type Vendor } from '#load-tests/fleet/vendors';
import type { Logger } from '#kit/logger';

export type StationParts = {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly vendor?: Vendor;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly model: Model;
  readonly logger: Logger;
  readonly pace: Pace;
  readonly seed: string;
  /** Makes message ids differ between runs. */
  readonly runId: string;
  /** Endpoints without the identity. */
  readonly urls: readonly string[];
  readonly localAddress?: string | undefined;
};

/** The station's way to the platform, with the habits of its make. */
export function uplinkOf(
  parts: StationParts,
  random: Random,
  host: Pick<UplinkParts, 'opened' | 'lost' | 'answer'>,
): Uplink {
  const { clock, tally, settings, urls, localAddress, identity, dialect, runId } = parts;
  const { quirks } = parts.vendor ?? plainVendor;
  const link = {
    ...host,
    stationId: identity.stationId,
    subprotocol: quirks.omitsSubprotocol === true ? undefined : dialect.subprotocol,
    idPrefix: runId,
    idSuffix: quirks.idSuffix,
    onPing: quirks.onPing,
    random,
    clock,
    tally,
    settings,
    urls,
    localAddress,
  };
  return new Uplink(link, identity.password);
}
