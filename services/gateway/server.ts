// The WebSocket server: uWebSockets.js on one port, shared by N processes (SO_REUSEPORT).
import { createRequire } from 'node:module';
import uWS, {
  type HttpRequest,
  type HttpResponse,
  type us_listen_socket,
  type us_socket_context_t,
  type WebSocket,
} from 'uWebSockets.js';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Admission, Admissions, Upgrade } from './admission.ts';
import type { Admitted } from './admitted.ts';
import { Connection } from './connection.ts';
import { noClaims, type Door, type ProxyClaims } from './domain/client-certificate.ts';
import type { Identities } from './identities.ts';
import { frameFaults, upgradesRefused } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

export type OcppServer = Closable & { readonly port: number };

type Socket = WebSocket<Admitted> & { connection?: Connection };

/** Listens at the plain port, or at the one of the proxies. Throws Fault NATIVE_MISSING where the native module did not load and must. */
export function listenOcpp(
  parts: GatewayParts,
  admissions: Admissions,
  identities: Identities,
  door: Door = 'plain',
): OcppServer {
  const { config } = parts;
  if (door === 'plain') checkNative(config.uwsNative, parts.logger);
  const connectionsBySocket = new WeakMap<Socket, Connection>();
  const app = uWS.App();
  app.ws<Admitted>('/*', {
    // Beyond it the socket is cut unread, without a close frame; below, a frame that is too big hears why (1009).
    maxPayloadLength: 2 * config.frameBytesMax,
    maxBackpressure: config.owedBytesMax,
    // liveness.ts pings, and knows of each station how long its silence may last.
    idleTimeout: 0,
    sendPingsAutomatically: false,
    // For 2.x a duty (part 4 3.1.2): one window for all sockets, so that an idle station stays small.
    compression: uWS.SHARED_COMPRESSOR | uWS.SHARED_DECOMPRESSOR,
    upgrade: (response, request, context) => upgrade({ response, request, context, door }, admissions, parts.logger),
    open(socket) {
      const connection = new Connection(parts, socket, socket.getUserData());
      connectionsBySocket.set(socket, connection);
      identities.opened(connection);
      void connection.begin();
    },
    message(socket, message, isBinary) {
      const connection = connectionsBySocket.get(socket);
      if (connection === undefined) return;
      if (isBinary) {
        frameFaults.inc({ reason: 'binary' });
        connection.end(1003, 'OCPP-J is text', 'binary-frame');
        return;
      }
      if (message.byteLength > config.frameBytesMax) {
        frameFaults.inc({ reason: 'frame-too-big' });
        connection.end(1009, `more than ${config.frameBytesMax} bytes`, 'frame-too-big');
        return;
      }
      // The buffer is dead after this call: it is read at once.
      connection.receive(Buffer.from(message).toString('utf8'));
    },
    ping: (socket) => connectionsBySocket.get(socket)?.pinged(),
    pong: (socket) => connectionsBySocket.get(socket)?.ponged(),
    close(socket, code, message) {
      const reason = Buffer.from(message).toString('utf8');
      if (reason.includes('too big')) frameFaults.inc({ reason: 'frame-too-big' });
      void connectionsBySocket.get(socket)?.gone(code);
    },
  });
  app.any('/*', (response) => {
    response
      .writeStatus('426 Upgrade Required')
      .writeHeader('upgrade', 'websocket')
      .end('This port speaks OCPP over WebSocket.');
  });
  return listening(app, parts, door === 'plain' ? config.port : config.proxiedPort);
}

function listening(app: uWS.TemplatedApp, { config }: GatewayParts, port: number): OcppServer {
  let listenSocket: us_listen_socket | false = false;
  app.listen(config.host, port, (socket) => {
    listenSocket = socket;
  });
  if (listenSocket === false) {
    throw new Fault('CONFIG_INVALID', {
      detail: `port ${port} is taken: end what listens there or set GATEWAY_PORT (GATEWAY_PROXIED_PORT)`,
    });
  }
  const socket: us_listen_socket = listenSocket;
  return {
    port: uWS.us_socket_local_port(socket),
    close: async () => uWS.us_listen_socket_close(socket),
  };
}

type Handshake = {
  readonly response: HttpResponse;
  readonly request: HttpRequest;
  readonly context: us_socket_context_t;
  readonly door: Door;
};

function upgrade({ response, request, context, door }: Handshake, admissions: Admissions, logger: Logger): void {
  // The request is dead after this function: everything is read now.
  const key = request.getHeader('sec-websocket-key');
  const extensions = request.getHeader('sec-websocket-extensions');
  const upgradeRequest: Upgrade = {
    url: request.getUrl(),
    authorization: request.getHeader('authorization'),
    subprotocols: request.getHeader('sec-websocket-protocol'),
    origin: request.getHeader('origin'),
    remoteAddress: Buffer.from(response.getRemoteAddressAsText()).toString(),
    forwardedFor: request.getHeader('x-forwarded-for'),
    door,
    claims: claimsOf(request),
  };
  let aborted = false;
  const decide = (admission: Admission): void => {
    if (aborted) return;
    response.cork(() => {
      if (admission.kind === 'refused') {
        refuse(response, admission);
        return;
      }
      const echoed = upgradeRequest.subprotocols === '' ? '' : admission.admitted.subprotocol;
      response.upgrade(admission.admitted, key, echoed, extensions, context);
    });
  };
  const decided = admissions.decide(upgradeRequest);
  if (!('then' in decided)) {
    decide(decided);
    return;
  }
  response.onAborted(() => {
    aborted = true;
  });
  decided.then(decide, (error: unknown) => {
    logger.error({ err: error }, 'upgrade not decided');
    decide({ kind: 'refused', status: '503 Service Unavailable', reason: 'undecided', retryAfterSeconds: 30 });
  });
}

function claimsOf(request: HttpRequest): ProxyClaims {
  const profile = request.getHeader('x-chargestream-profile');
  if (profile === '') return noClaims;
  return {
    profile,
    commonName: request.getHeader('x-chargestream-client-cn'),
    organisation: request.getHeader('x-chargestream-client-o'),
    unit: request.getHeader('x-chargestream-client-ou'),
    serial: request.getHeader('x-chargestream-client-serial'),
  };
}

function refuse(response: HttpResponse, refusal: Extract<Admission, { kind: 'refused' }>): void {
  upgradesRefused.inc({ reason: refusal.reason });
  response.writeStatus(refusal.status);
  if (refusal.retryAfterSeconds !== undefined) response.writeHeader('retry-after', String(refusal.retryAfterSeconds));
  if (refusal.status.startsWith('401')) response.writeHeader('www-authenticate', 'Basic realm="ocpp"');
  response.end();
}

/** The package falls back silently to JavaScript where its binary does not load: four times the CPU per frame. */
function checkNative(wanted: 'warn' | 'require', logger: Logger): void {
  const loaded = Object.keys(createRequire(import.meta.url).cache).some(
    (file) => file.endsWith('.node') && file.includes('uws_'),
  );
  if (loaded) return;
  if (wanted === 'require')
    throw new Fault('NATIVE_MISSING', {
      detail: `uWebSockets.js has no binary for Node ${process.version} on this system`,
    });
  logger.warn({ node: process.version }, 'uWebSockets.js runs in JavaScript: its binary did not load');
}
