// Whom rows ask: sources that an installation plugs in, each question with a deadline; 'unreachable' is an answer.
import type { Answer, Question } from './domain/question.ts';
import { questionsAsked } from './metrics.ts';
import type { Logger } from '#kit/logger';

export type Asker = {
  readonly tenantId: string;
  readonly stationId: string;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
};

/** Answers one kind of question. Throws or rejects where nobody can be reached. */
export type Source<K extends Question['kind']> = (
  question: Extract<Question, { kind: K }>,
  asker: Asker,
) => Promise<Answer>;

export type Sources = { readonly [K in Question['kind']]?: Source<K> };

type Limits = { readonly timeoutMs: number; readonly atOnceMax: number };

export class Questions {
  readonly #sources: Sources;
  readonly #limits: Limits;
  readonly #logger: Logger;
  #asking = 0;

  constructor(sources: Sources, limits: Limits, logger: Logger) {
    this.#sources = sources;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Never rejects: the station is answered whatever becomes of its question. */
  async ask(question: Question, asker: Omit<Asker, 'signal'>): Promise<Answer> {
    const answer = await this.#answerTo(question, asker);
    questionsAsked.inc({ kind: question.kind, outcome: answer.kind === question.kind ? 'answered' : answer.kind });
    return answer;
  }

  async #answerTo(question: Question, asker: Omit<Asker, 'signal'>): Promise<Answer> {
    const source = this.#sources[question.kind] as Source<Question['kind']> | undefined;
    if (source === undefined) return unreachable('no source is configured');
    if (this.#asking >= this.#limits.atOnceMax) return unreachable('too many questions at once');
    this.#asking++;
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(() => {
        resolve(unreachable(`no answer within ${this.#limits.timeoutMs} ms`));
        abort.abort();
      }, this.#limits.timeoutMs);
    });
    try {
      return await Promise.race([source(question, { ...asker, signal: abort.signal }), late]);
    } catch (error) {
      this.#logger.warn({ err: error, kind: question.kind, stationId: asker.stationId }, 'source not reached');
      return unreachable('the source failed');
    } finally {
      clearTimeout(timer);
      this.#asking--;
    }
  }
}

function unreachable(why: string): Answer {
  return { kind: 'unreachable', why };
}
