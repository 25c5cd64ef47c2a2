// Process: decides once about each certificate signing request, tells the station or the log, and has certificates renewed in time.
import { encodeRecord } from '#contracts/codec';
import type { SecurityEventReported } from '#contracts/generated/types';
import { partitionOf, stationKey, tenantUnitOf } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { readRequest } from '#kit/x509/request';
import type { CommandInput } from '../api/command-schemas.ts';
import { refusalOf, renewAgainMs, renewBeforeMs, serialOf, type Registered } from '../domain/signing.ts';
import { signingDecisions } from '../metrics.ts';
import type { CertificateAuthority, CertificateOrder } from './authority.ts';
import {
  dueRenewals,
  issuedSince,
  noteRenewalAsked,
  noteTold,
  recordDecision,
  untoldDecisions,
  waitingRequests,
  type Decision,
  type Renewal,
  type Untold,
  type WaitingRequest,
} from './register.ts';
import { Ticking } from '../ticking.ts';

export type SignerOptions = {
  readonly authority: CertificateAuthority;
  readonly database: Database;
  readonly topics: Pick<Topics, 'events'>;
  readonly log: LogWriter;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly certificateDays: number;
  registered(tenantId: string, stationId: string): Promise<Registered | undefined>;
  /** Asks for a command; false where it is not taken now. */
  command(tenantId: string, stationId: string, input: CommandInput): Promise<boolean>;
  leads(): boolean;
  now(): number;
};

const atOnceMax = 100;
const dayMs = 24 * 60 * 60 * 1000;
/** A station whose request is older has asked again, or given up. */
const requestAgeMsMax = dayMs;

export class CertificateSigner implements Closable {
  readonly #options: SignerOptions;
  readonly #ticking: Ticking;

  constructor(options: SignerOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  /** 1. Decide, in the register. 2. Tell, in the log, under names made of the request. A crash between tells again. */
  async tick(): Promise<void> {
    const { database, leads, logger, now } = this.#options;
    if (!leads()) return;
    try {
      for (const request of await waitingRequests(database, now() - requestAgeMsMax, atOnceMax))
        await this.#attempt(request, () => this.#decide(request));
      for (const decision of await untoldDecisions(database, now() - requestAgeMsMax, atOnceMax))
        await this.#attempt(decision, () => this.#tell(decision));
      await this.#renew();
    } catch (error) {
      logger.warn({ err: error }, 'certificates not looked at');
    }
  }

  /** What one station asks for must not hold up the others; it is tried again with the next tick. */
  async #attempt({ stationId }: { readonly stationId: string }, fn: () => Promise<void>): Promise<void> {
    await fn().catch((error: unknown) =>
      this.#options.logger.warn({ err: error, stationId }, 'certificate not decided or told yet'),
    );
  }

  async #decide(asked: WaitingRequest): Promise<void> {
    const { database, now, registered } = this.#options;
    const { tenantId, stationId } = asked;
    const known = await registered(tenantId, stationId);
    const request = await readRequest(asked.csrPem);
    const issuedToday = await issuedSince(database, asked, now() - dayMs);
    const refused =
      known === undefined ? 'the station is not registered' : (refusalOf(request, known, issuedToday) ?? null);
    const decision: Decision =
      refused === null && request !== undefined
        ? { ...asked, refused, issued: await this.#issue(asked, request) }
        : { ...asked, refused, issued: null };
    const undecided = failpoint('stations.before-certificate-decision');
    if (undecided !== undefined) await undecided;
    await recordDecision(database, decision, now());
    signingDecisions.inc({ decision: refused === null ? 'issued' : 'refused' });
  }

  async #issue(
    { tenantId, eventId, certificateType, requestId, combined }: WaitingRequest,
    { subject, publicKey }: NonNullable<Awaited<ReturnType<typeof readRequest>>>,
  ): Promise<Decision['issued']> {
    const { authority, certificateDays, now } = this.#options;
    const serial = serialOf(tenantId, eventId);
    // A station whose clock is a little behind must not find it to be of the future.
    const notBeforeMs = wholeSeconds(now() - 60 * 60 * 1000);
    const notAfterMs = wholeSeconds(now() + certificateDays * dayMs);
    const dates = { notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) };
    const chainPem = await authority.issue({
      // Two tenants may have stations of one name: what one has signed opens nothing at the other.
      subject: { ...subject, unit: tenantUnitOf(tenantId) },
      publicKey,
      serial,
      connects: connectsOf(certificateType, combined),
      ...dates,
    });
    const { commonName, organisation } = subject;
    const named = { serial, certificateType, requestId, combined, commonName: commonName ?? '', organisation };
    return { ...named, chainPem, notBeforeMs, notAfterMs };
  }

  async #tell(decision: Untold): Promise<void> {
    const { database, now } = this.#options;
    const unsaid = failpoint('stations.before-certificate');
    if (unsaid !== undefined) await unsaid;
    const told = decision.refused === null ? await this.#send(decision) : await this.#report(decision);
    const untold = failpoint('stations.after-certificate');
    if (untold !== undefined) await untold;
    if (told) await noteTold(database, decision, now());
  }

  #send({ tenantId, stationId, serial, chainPem, certificateType, requestId, combined }: Untold): Promise<boolean> {
    return this.#options.command(tenantId, stationId, {
      intent: 'CertificateSigned',
      parameters: {
        chain: chainPem ?? '',
        // Named exactly where the request named one (2.x CertificateSignedRequest).
        ...(combined === true ? {} : { type: certificateType ?? 'ChargingStationCertificate' }),
        ...(requestId === null ? {} : { requestId }),
      },
      idempotencyKey: `certificate-${serial}`,
    });
  }

  /** OCPP knows no refusal of a signing request: the station hears nothing, the operator sees why. */
  async #report({ tenantId, stationId, eventId, refused }: Untold): Promise<boolean> {
    const { log, now, topics } = this.#options;
    const key = stationKey(tenantId, stationId);
    const event: SecurityEventReported = {
      meta: {
        eventId: `${eventId}.refused`,
        tenantId,
        stationId,
        occurredAt: null,
        recordedAt: now(),
        source: 'timer',
        connectionEpoch: null,
        seq: null,
        ocppVersion: null,
        messageId: null,
        traceparent: null,
      },
      kind: 'CertificateRequestRefused',
      info: refused,
    };
    const record = { key, type: 'SecurityEventReported', value: encodeRecord('SecurityEventReported', event) };
    await log.append(topics.events.name, partitionOf(key, topics.events.partitions), [record]);
    return true;
  }

  async #renew(): Promise<void> {
    const { command, database, now } = this.#options;
    const nowMs = now();
    const times = { nowMs, beforeMs: renewBeforeMs, askedBeforeMs: nowMs - renewAgainMs };
    for (const renewal of await dueRenewals(database, times, atOnceMax)) {
      const { tenantId, stationId, serial } = renewal;
      const message = triggerOf(renewal);
      if (message === undefined) continue;
      await this.#attempt(renewal, async () => {
        const asked = await command(tenantId, stationId, {
          intent: 'TriggerMessage',
          parameters: { message },
          // Once a day: a crash before the next line asks under the same name.
          idempotencyKey: `renew-${serial}-${Math.floor(nowMs / renewAgainMs)}`,
        });
        if (asked) await noteRenewalAsked(database, renewal, nowMs);
      });
    }
  }
}

const triggers: ReadonlyMap<string, string> = new Map([
  ['ChargingStationCertificate', 'SignChargingStationCertificate'],
  ['V2GCertificate', 'SignV2GCertificate'],
  ['V2G20Certificate', 'SignV2G20Certificate'],
]);

/** What makes a station ask for the next one of its kind. */
function triggerOf({ certificateType, combined }: Renewal): string | undefined {
  return combined ? 'SignCombinedCertificate' : triggers.get(certificateType);
}

/** A station is the client of its connection to us, and the server of those of vehicles (ISO 15118). */
function connectsOf(certificateType: string, combined: boolean): CertificateOrder['connects'] {
  if (combined) return 'both';
  return certificateType === 'ChargingStationCertificate' ? 'client' : 'server';
}

/** Certificates know no fractions. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
