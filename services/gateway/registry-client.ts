// What a gateway asks the registry for over HTTP: the little that may not stand in the log, or that it found out itself.
import type { Logger } from '#kit/logger';

export type RegistryClient = {
  /** The station proved a higher security profile: from now on it is registered for it. Never rejects. */
  raiseProfile(station: StationName, securityProfile: number): Promise<void>;
  /** The password that a credential stands for, in clear; undefined where it is not to be had (any more). */
  passwordOf(station: StationName, credentialId: string): Promise<string | undefined>;
  /** Which of several passwords the station showed, by its verifier's salt in hex. Never rejects. */
  proved(station: StationName, salt: string): Promise<void>;
  /** Somebody knocked under an identity that nobody registered. Never rejects. */
  held(knock: StationName & { readonly address: string; readonly subprotocols: string }): Promise<void>;
};

export type StationName = { readonly tenantId: string; readonly stationId: string };

export type RegistryClientOptions = {
  readonly url: string;
  readonly internalToken: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
};

export function registryClient(options: RegistryClientOptions): RegistryClient {
  const { logger } = options;
  return {
    async raiseProfile({ tenantId, stationId }, securityProfile) {
      try {
        await ask(options, '/internal/stations/profile-raised', { tenantId, stationId, securityProfile });
      } catch (error) {
        // Told again at its next connect; until then the lower profile is still let in.
        logger.warn({ err: error, tenantId, stationId }, 'raised security profile not registered');
      }
    },
    async passwordOf({ tenantId, stationId }, credentialId) {
      const told = await ask(options, '/internal/credentials/resolve', { tenantId, stationId, credentialId });
      return passwordIn(told);
    },
    async proved({ tenantId, stationId }, salt) {
      try {
        await ask(options, '/internal/credentials/proved', { tenantId, stationId, salt });
      } catch (error) {
        // Told again at its next connect; until then all its passwords go on working.
        logger.warn({ err: error, tenantId, stationId }, 'proved password not told');
      }
    },
    async held({ tenantId, stationId, address, subprotocols }) {
      try {
        await ask(options, '/internal/stations/held', { tenantId, stationId, address, subprotocols });
      } catch (error) {
        // Told again when it knocks in a minute.
        logger.warn({ err: error, tenantId, stationId }, 'unknown station not told');
      }
    },
  };
}

/** The JSON of the answer; undefined for 404 and where there is none. Rejects for anything else. */
async function ask({ url, internalToken, timeoutMs }: RegistryClientOptions, path: string, body: object) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the registry answers ${response.status}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

function passwordIn(told: unknown): string | undefined {
  return typeof told === 'object' && told !== null && 'password' in told && typeof told.password === 'string'
    ? told.password
    : undefined;
}
