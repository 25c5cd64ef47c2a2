// One station's socket: its epoch, the CALLs that wait, what was answered, and its end.
import type { WebSocket } from 'uWebSockets.js';
import type { Meta, StationRegistered } from '#contracts/generated/types';
import { partitionOf, reportedIdOf, stationKey } from '#contracts/keys';
import type { Admitted } from './admitted.ts';
import { claimPresence, presenceOf } from './claim.ts';
import { Answered } from './domain/answered.ts';
import type { ClientCertificate } from './domain/client-certificate.ts';
import { decodeFrame } from './domain/frame.ts';
import { Pace, callsWorth } from './domain/pace.ts';
import { recordEnd, recordStart } from './life.ts';
import { endRequest, serveCall } from './inbound.ts';
import { closed, connections, frameFaults } from './metrics.ts';
import { isRuin, noteRequest, noteUnserved, type Request } from './note-exchange.ts';
import { answerMalformed, noteOdd, noteResultError } from './odd-frames.ts';
import { Outbound } from './outbound.ts';
import type { Dialect, GatewayParts } from './parts.ts';
import { Peer } from './peer.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** How long the rate may be overdrawn by faulty frames before the socket is ended. */
const faultsOwedMsMax = 2_000;
const tooMany = 'too many calls at once';

export class Connection {
  readonly parts: GatewayParts;
  readonly tenantId: string;
  readonly stationId: string;
  readonly key: string;
  readonly partition: number;
  readonly dialect: Dialect;
  readonly answered = new Answered();
  readonly outbound: Outbound;
  readonly subprotocol: string;
  readonly certificate: ClientCertificate | null;
  readonly peer: Peer;
  /** Envelope of an event of the CALL being served. */
  readonly metaOfCall = (occurredAt: number | null): Meta => this.meta(occurredAt, this.servingId);
  /** A station's readings name the same transaction for an hour: its id is hashed once. */
  readonly reportedIdOfCall = (transactionId: string | null): Buffer => {
    if (this.#reported?.transactionId !== transactionId)
      this.#reported = { transactionId, id: reportedIdOf(this.tenantId, this.stationId, transactionId) };
    return this.#reported.id;
  };
  station: StationRegistered;
  accepted = false;
  servingId: string | null = null;
  /** Upgrades of this identity get 503 until then, or until this connection ends. */
  refuseUntil: number | null = null;
  readonly #admitted: Admitted;
  readonly #socket: WebSocket<Admitted>;
  readonly #pace: Pace;
  readonly #waiting: WaitingCalls;
  #epoch: number | null = null;
  #seq = 0;
  /** Answered a BootNotification on this connection: what an older one was told counts no more. */
  #hasBooted = false;
  #closeCode: number | null = null;
  #reported: { readonly transactionId: string | null; readonly id: Buffer } | undefined;
  #serving = true;
  #open = true;
  #endCause: string | undefined;

  constructor(parts: GatewayParts, socket: WebSocket<Admitted>, admitted: Admitted) {
    const { tenantId, stationId } = admitted;
    this.parts = parts;
    this.tenantId = tenantId;
    this.stationId = stationId;
    this.key = stationKey(tenantId, stationId);
    this.partition = partitionOf(this.key, parts.topics.events.partitions);
    this.dialect = admitted.dialect;
    this.station = admitted.station;
    this.subprotocol = admitted.subprotocol;
    this.certificate = admitted.certificate;
    this.peer = new Peer(parts.liveness, admitted.station);
    this.outbound = new Outbound(this);
    this.#admitted = admitted;
    this.#socket = socket;
    this.#pace = new Pace(parts.config.callsPerSecondMax, parts.config.callsBurstMax, parts.now());
    this.#waiting = new WaitingCalls(parts.config.callsWaitingMax);
    connections.inc({ version: this.dialect.version });
    parts.roster.opened(this);
  }

  /** Null until StationConnected is acknowledged: nothing is answered or appended before. */
  get epoch(): number | null {
    return this.#epoch;
  }

  get open(): boolean {
    return this.#open;
  }

  /** A CALL of the station has no answer yet. */
  get awaitsAnswer(): boolean {
    return this.#serving || !this.#waiting.isEmpty;
  }

  /** Makes the connection known: its StationConnected is appended, its offset is the epoch, then waiting CALLs are served. */
  async begin(): Promise<void> {
    const { parts } = this;
    parts.awake.check();
    if (!this.#open) return parts.roster.finished(this);
    try {
      this.#epoch = await recordStart(this, this.#admitted);
      this.#seq = 0;
      // Looked up as late as can be: a station that was accepted on another gateway a moment ago will not boot again.
      if (parts.caches.presence(this.key)?.accepted === true || this.peer.worksUnbooted(this.station))
        this.adoptAcceptance();
      if (!this.#open) return await this.#finish();
      await claimPresence(this, presenceOf(this, true));
    } catch (error) {
      parts.logger.warn({ err: error, stationId: this.stationId }, 'connection not recorded');
      this.end(1013, 'try again later', 'unrecorded');
      if (this.#epoch === null) parts.roster.finished(this);
      return;
    }
    await this.#serveWaiting();
  }

  /** One text frame from the station. */
  receive(text: string): void {
    this.parts.awake.check();
    if (!this.#open) return;
    this.peer.heard();
    const frame = decodeFrame(text);
    switch (frame.kind) {
      case 'call':
        this.#enqueue({ frame, text, receivedAt: this.parts.now(), quirks: undefined });
        return;
      case 'result':
      case 'error':
        if (!this.outbound.answered(frame, text)) noteOdd(this, text, { id: frame.id, why: 'unexpected-answer' });
        return;
      case 'result-error':
      case 'send':
        // Message types 5 and 6 exist in 2.1 alone (part 4 4.2.4, 4.2.5). A SEND is served in its turn, among the CALLs.
        if (this.dialect.version !== '2.1') noteOdd(this, text, { id: frame.id, why: `${frame.kind}-not-negotiated` });
        else if (frame.kind === 'send') this.#enqueue({ frame, text, receivedAt: this.parts.now(), quirks: undefined });
        else noteResultError(this, frame, text);
        return;
      case 'malformed':
        answerMalformed(this, frame, text);
        return;
    }
  }

  send(text: string): void {
    this.parts.awake.check();
    if (!this.#open) {
      frameFaults.inc({ reason: 'answer-after-close' });
      return;
    }
    // 2 = dropped: the reader is too slow. Closing makes the station repeat what it was not answered.
    if (this.#socket.send(text) === 2) this.end(1008, 'reads too slowly', 'slow-reader');
  }

  /** What a BootNotification decided; acknowledged in presence before the station hears it. */
  async accept(accepted: boolean): Promise<void> {
    this.#hasBooted = true;
    if (this.accepted === accepted) return;
    await claimPresence(this, { ...presenceOf(this, true), accepted });
    this.accepted = accepted;
  }

  /** An older connection's acceptance became known; acceptance survives reconnects. */
  adoptAcceptance(): void {
    if (!this.#hasBooted) this.accepted = true;
  }

  /** A newer authenticated socket took this identity. Only a pong proves that two devices share it. */
  supersede(onSecondDevice: () => void): void {
    if (!this.#open) return;
    this.peer.onPong = onSecondDevice;
    this.ping();
    const { supersededGraceMs } = this.parts.config;
    setTimeout(() => this.end(1008, 'replaced by a newer connection', 'replaced'), supersededGraceMs).unref();
  }

  ping(): void {
    this.#socket.ping();
  }

  /** uWebSockets answered it. Who pings without end uses up its rate. */
  pinged(): void {
    this.peer.heard();
    this.#keepsPace('too many pings', 1);
  }

  ponged(): void {
    const onPong = this.peer.ponged();
    if (onPong === undefined) return;
    onPong();
    this.end(1008, 'replaced by a newer connection', 'replaced');
  }

  /** The registration changed; a disabled or deleted station loses its socket. */
  registered(station: StationRegistered | undefined): void {
    if (station === undefined || !station.enabled) this.end(1008, 'not registered any more', 'refused');
    else this.station = { ...station, verifiers: [] };
  }

  /** Ends the socket if no CALL is in flight either way, or `anyway`; 1012 tells the station to come back. */
  drain(anyway: boolean): boolean {
    if (!this.#open || ((this.awaitsAnswer || this.outbound.busy) && !anyway)) return false;
    this.end(1012, 'service restarts', 'drained');
    return true;
  }

  /** Closes the socket with a close frame; `cause` goes into StationDisconnected. */
  end(code: number, reason: string, cause: string): void {
    if (!this.#open) return;
    if (this.peer.device.traits.closesWithoutFrame) return this.endWithoutFrame(cause);
    this.#endCause = cause;
    this.#socket.end(code, reason);
  }

  endWithoutFrame(cause: string): void {
    this.#endCause ??= cause;
    if (this.#open) this.#socket.close();
  }

  /** The socket is gone, whoever closed it. */
  async gone(code: number): Promise<void> {
    this.#open = false;
    this.#closeCode = code;
    connections.dec({ version: this.dialect.version });
    closed.inc({ cause: this.#endCause ?? (code === 1006 ? 'lost' : 'closed') });
    this.parts.roster.leave(this.key, this);
    this.outbound.closed();
    for (const waiting of this.#waiting.clear()) endRequest(this, waiting, 'closed-unserved', null);
    if (this.#epoch !== null) await this.#finish();
  }

  meta(occurredAt: number | null, messageId: string | null): Meta {
    return {
      eventId: this.parts.newEventId(),
      tenantId: this.tenantId,
      stationId: this.stationId,
      occurredAt,
      recordedAt: this.parts.now(),
      source: 'station',
      connectionEpoch: this.#epoch,
      seq: this.#seq++,
      ocppVersion: this.dialect.version,
      messageId,
      traceparent: null,
    };
  }

  async #finish(): Promise<void> {
    await recordEnd(this, { cause: this.#endCause ?? 'closed', closeCode: this.#closeCode });
    this.parts.roster.finished(this);
  }

  #enqueue(waiting: Request): void {
    if (isRuin(waiting) && !this.countFault('not-json', waiting.text)) return noteUnserved(this, waiting);
    if (!this.#waiting.add(waiting)) {
      frameFaults.inc({ reason: 'too-many-calls-waiting' });
      noteRequest(this, waiting, 'too-many-calls-waiting', null);
      if (this.#waiting.areFlood) this.end(1008, tooMany, 'too-many-calls');
      return;
    }
    if (!this.#serving) void this.#serveWaiting();
  }

  /** One CALL at a time, in arrival order: handlers that interleave would put a stop before its start. */
  async #serveWaiting(): Promise<void> {
    this.#serving = true;
    try {
      for (let next = this.#waiting.next(); next !== undefined; next = this.#waiting.next()) {
        const waitMs = this.#pace.take(this.parts.now(), callsWorth(next.text));
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        // Closed while it waited: a fact after its connection's end would be out of order, and the station repeats it.
        if (this.#open) await serveCall(this, next);
        else endRequest(this, next, 'closed-unserved', null);
      }
    } catch (error) {
      // A bug of ours in one station's path ends that socket, not the process with all the others.
      this.parts.logger.error({ err: error, stationId: this.stationId }, 'serving failed');
      this.end(1011, 'internal error', 'bug');
    }
    this.#serving = false;
    if (this.#waiting.wereTooMany) this.end(1008, tooMany, 'too-many-calls');
  }

  /** Faulty frames use up the rate of CALLs; false where a socket brought so many that it was ended. */
  countFault(reason: string, text: string): boolean {
    frameFaults.inc({ reason });
    return this.#keepsPace('too many faulty frames', callsWorth(text));
  }

  #keepsPace(fault: string, calls: number): boolean {
    if (this.#pace.take(this.parts.now(), calls) <= faultsOwedMsMax) return true;
    this.end(1008, fault, 'too-many-faults');
    return false;
  }
}
