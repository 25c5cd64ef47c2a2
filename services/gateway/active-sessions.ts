// The sessions that run, by the token they run on, as the compacted topic of the sessions service tells them.
import type { ActiveSession } from '#contracts/generated/types';
import { tokenKey } from '#contracts/keys';
import { silentAfterMs } from './domain/concurrency.ts';

const none: readonly ActiveSession[] = [];

export class ActiveSessions {
  readonly #tokenOf = new Map<string, string>();
  readonly #byToken = new Map<string, readonly ActiveSession[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A record of the topic: undefined once the session runs no more. */
  tell(key: string, session: ActiveSession | undefined): void {
    this.#forget(key);
    // Whatever never ended stays in the topic; nobody asks for it any more.
    if (session === undefined || this.#now() - session.heardAt >= silentAfterMs) return;
    const token = tokenKey(session.tenantId, session.tokenRef);
    this.#tokenOf.set(key, token);
    const others = this.#byToken.get(token);
    this.#byToken.set(token, others === undefined ? [session] : [...others, session]);
  }

  of(tenantId: string, tokenRef: string): readonly ActiveSession[] {
    return this.#byToken.get(tokenKey(tenantId, tokenRef)) ?? none;
  }

  #forget(key: string): void {
    const token = this.#tokenOf.get(key);
    if (token === undefined) return;
    this.#tokenOf.delete(key);
    const sessionId = key.slice(key.indexOf('/') + 1);
    const others = (this.#byToken.get(token) ?? none).filter((session) => session.sessionId !== sessionId);
    if (others.length === 0) this.#byToken.delete(token);
    else this.#byToken.set(token, others);
  }
}
