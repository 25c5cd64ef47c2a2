// Starts parts in order, closes them in reverse, once, and within a bound.
import type { Logger } from '#kit/logger';

/** Something that runs and can be ended. close() resolves when nothing of it is left. */
export type Closable = { close(): Promise<void> };

/** A service that runs: its name, the URL of its HTTP API where it has one, and its end. */
export type RunningService = Closable & { readonly name: string; readonly url: string | undefined };

/** Collects closables as they start; closes them last first, each fault logged, none hiding the others. */
export class Lifecycle implements Closable {
  readonly #logger: Logger;
  readonly #parts: { name: string; part: Closable }[] = [];
  #closing: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Keeps the part and hands it back, so that starting reads as one line. */
  add<T extends Closable>(name: string, part: T): T {
    this.#parts.push({ name, part });
    return part;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { name, part } of this.#parts.toReversed()) {
      try {
        await part.close();
      } catch (error) {
        this.#logger.error({ err: error, part: name }, 'part did not close cleanly');
      }
    }
  }
}

/**
 * Ends the process in order on SIGTERM and SIGINT, on the end of the parent's pipe (CHILD_OF_PIPE=1: standard input),
 * and dies with code 1 on a bug. Closing longer than closeTimeoutMs ends it with code 1 too.
 */
export function endWithProcess(closable: Closable, logger: Logger, closeTimeoutMs: number): void {
  let ending = false;
  const end = (reason: string, code: number): void => {
    if (ending) return;
    ending = true;
    logger.info({ reason }, 'closing');
    setTimeout(() => process.exit(1), closeTimeoutMs).unref();
    closable.close().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', () => end('SIGTERM', 0));
  process.once('SIGINT', () => end('SIGINT', 0));
  if (process.env['CHILD_OF_PIPE'] === '1') {
    process.stdin.resume();
    process.stdin.once('end', () => end('parent ended', 0));
    process.stdin.once('error', () => end('parent ended', 0));
  }
  const die = (error: unknown): void => {
    logger.fatal({ err: error }, 'bug');
    end('bug', 1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
