// Connections: a fresh one per request, or the kept one of a named session, which serves one request at a time.
import type { SessionWish } from '#infra/local/clickhouse-http/call';
import type { Connection, Engine } from '#infra/local/clickhouse-http/engine';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { sessionsMax } from '#infra/local/clickhouse-http/limits';
import type { User } from '#infra/local/clickhouse-http/users';
import type { Closable } from '#kit/lifecycle';

export type Lease = {
  readonly connection: Connection;
  /** The connection outlives the request, so what the request alone set must be undone. */
  readonly isKept: boolean;
  /** Gives it back; call it once, when the last call on the connection was started. */
  release(): void;
};

export type Sessions = Closable & {
  /** Throws 372 (no such session), 373 (in use) or 202 (too many). */
  lease(user: User, wish: SessionWish | undefined): Lease;
};

type Session = { readonly connection: Connection; isBusy: boolean; timer: NodeJS.Timeout | undefined };

export function createSessions(engine: Engine): Sessions {
  const sessions = new Map<string, Session>();

  const end = (key: string): void => {
    const session = sessions.get(key);
    clearTimeout(session?.timer);
    session?.connection.close();
    sessions.delete(key);
  };

  const open = (key: string, wish: SessionWish): Session => {
    if (wish.mustExist) throw new ClickHouseException(372, 'SESSION_NOT_FOUND', `Session ${wish.id} not found`);
    if (sessions.size >= sessionsMax)
      throw new ClickHouseException(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', `Too many sessions. Maximum: ${sessionsMax}`);
    const session = { connection: engine.connect(), isBusy: false, timer: undefined };
    sessions.set(key, session);
    return session;
  };

  return {
    lease(user, wish) {
      if (wish === undefined) return fresh(engine.connect());
      const key = JSON.stringify([user.name, wish.id]);
      const session = sessions.get(key) ?? open(key, wish);
      if (session.isBusy)
        throw new ClickHouseException(373, 'SESSION_IS_LOCKED', `Session ${wish.id} is locked by a concurrent client`);
      // A session of one who may only read holds nothing (no SET, USE, temporary table). Each request gets a fresh
      // connection, since readonly=1, once set, would refuse the next request's settings.
      const lease = user.isReadonly
        ? fresh(engine.connect())
        : { connection: session.connection, isKept: true, release: () => {} };
      session.isBusy = true;
      clearTimeout(session.timer);
      return {
        connection: lease.connection,
        isKept: lease.isKept,
        release() {
          lease.release();
          session.isBusy = false;
          session.timer = setTimeout(() => end(key), wish.timeoutS * 1_000).unref();
        },
      };
    },
    async close() {
      for (const key of sessions.keys()) end(key);
    },
  };
}

function fresh(connection: Connection): Lease {
  return { connection, isKept: false, release: () => connection.close() };
}
