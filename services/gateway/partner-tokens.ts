// Asks the ocpi service what a partner says of its token: with a deadline, so many at once, and once per token at a time.
import type { AuthorizationStatus, TokenRegistered } from '#contracts/generated/types';
import { tokenStatuses } from '#contracts/token-words';
import { tokenKey } from '#contracts/keys';
import type { Logger } from '#kit/logger';
import type { PartnerAnswer } from './domain/authorization.ts';
import { partnerSeconds } from './metrics.ts';

export type PartnerQuestion = {
  readonly tenantId: string;
  readonly tokenRef: string;
  readonly stationId: string;
  readonly locationId: string | null;
};

/** Resolves with what the partner said; rejects where it could not be asked. `signal` aborts at the deadline. */
export type AskPartner = (question: PartnerQuestion, signal: AbortSignal) => Promise<PartnerAnswer>;

export type PartnerLimits = { readonly timeoutMs: number; readonly atOnceMax: number };

const unreachable: PartnerAnswer = { kind: 'unreachable' };

export class PartnerTokens {
  readonly #ask: AskPartner | undefined;
  readonly #limits: PartnerLimits;
  readonly #logger: Logger;
  readonly #asked = new Map<string, Promise<PartnerAnswer>>();

  /** @param ask undefined: no partner is asked, and what we know of its tokens decides. */
  constructor(ask: AskPartner | undefined, limits: PartnerLimits, logger: Logger) {
    this.#ask = ask;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Whether this token must not be judged without its partner, where that can be asked at all. */
  mustAsk({ issuer, whitelist }: TokenRegistered): boolean {
    return this.#ask !== undefined && issuer !== null && (whitelist === 'NEVER' || whitelist === 'ALLOWED_OFFLINE');
  }

  /** Never rejects: the driver is answered whatever becomes of the question. */
  ask(question: PartnerQuestion): Promise<PartnerAnswer> {
    // One card is at one place: whoever asks again meanwhile waits for the same answer.
    const key = `${tokenKey(question.tenantId, question.tokenRef)}/${question.locationId ?? ''}`;
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    if (this.#ask === undefined || this.#asked.size >= this.#limits.atOnceMax) return Promise.resolve(unreachable);
    const answer = this.#answerTo(this.#ask, question).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #answerTo(ask: AskPartner, question: PartnerQuestion): Promise<PartnerAnswer> {
    const ended = partnerSeconds.startTimer();
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<PartnerAnswer>((resolve) => {
      timer = setTimeout(() => {
        resolve(unreachable);
        abort.abort();
      }, this.#limits.timeoutMs);
    });
    try {
      const answer = await Promise.race([ask(question, abort.signal), late]);
      ended({ outcome: answer.kind });
      return answer;
    } catch (error) {
      this.#logger.warn({ err: error, tenantId: question.tenantId }, 'partner of a token not reached');
      ended({ outcome: 'failed' });
      return unreachable;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The ocpi service knows the partners: `POST /internal/tokens/authorize` → `{ status, expiresAt }`. */
export function askOcpi(url: string, internalToken: string): AskPartner {
  return async (question, signal) => {
    const response = await fetch(`${url}/internal/tokens/authorize`, {
      method: 'POST',
      headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal,
    });
    if (!response.ok) throw new Error(`ocpi answers ${response.status}`);
    return answerIn(await response.json());
  };
}

/** Throws for what is no answer. */
function answerIn(told: unknown): PartnerAnswer {
  const { status, expiresAt = null } = asFields(told);
  if (!isStatus(status)) throw new Error('ocpi answers without a status');
  return { kind: 'answered', status, expiresAt: typeof expiresAt === 'number' ? expiresAt : null };
}

function asFields(told: unknown): Readonly<Record<string, unknown>> {
  return typeof told === 'object' && told !== null ? { ...told } : {};
}

function isStatus(status: unknown): status is AuthorizationStatus {
  return tokenStatuses.some((known) => known === status);
}
