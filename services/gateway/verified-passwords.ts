// Chosen passwords that were verified once, so that a reconnect storm costs no scrypt; bounded, oldest out.
import { createHash } from 'node:crypto';
import type { PasswordVerifier } from '#contracts/generated/types';
import { isChosenPassword } from '#contracts/passwords';

/** Whether the credentials are the station's; 'busy' and 'resting' are no verdict on them. */
export type Credible = boolean | 'busy' | 'resting';

const verifiedMax = 50_000;

export class VerifiedPasswords {
  readonly #checksMax: number;
  readonly #known = new Set<string>();
  #running = 0;

  constructor(checksMax: number) {
    this.#checksMax = checksMax;
  }

  /**
   * At once where it is known, or may not be checked now: 'resting' after failed logins, 'busy' where guessers would
   * queue scrypt behind scrypt.
   */
  check(
    verifiers: readonly PasswordVerifier[],
    forms: readonly Buffer[],
    rests: boolean,
  ): Credible | Promise<Credible> {
    const pairs = verifiers.flatMap((verifier) =>
      forms.map((form) => ({ verifier, form, print: printOf(verifier, form) })),
    );
    // All that is known comes first: while a password is rotated the old verifier must not cost each reconnect a scrypt.
    if (pairs.some(({ print }) => this.#known.has(print))) return true;
    if (rests) return 'resting';
    return this.#running >= this.#checksMax ? 'busy' : this.#checkAll(pairs);
  }

  async #checkAll(
    pairs: readonly { readonly verifier: PasswordVerifier; readonly form: Buffer; readonly print: string }[],
  ): Promise<boolean> {
    this.#running++;
    try {
      for (const { verifier, form, print } of pairs) {
        if (await isChosenPassword(verifier, form)) return this.#remember(print);
      }
      return false;
    } finally {
      this.#running--;
    }
  }

  #remember(print: string): true {
    const [oldest] = this.#known;
    if (this.#known.size >= verifiedMax && oldest !== undefined) this.#known.delete(oldest);
    this.#known.add(print);
    return true;
  }
}

function printOf({ salt, hash }: PasswordVerifier, form: Buffer): string {
  return createHash('sha256').update(salt).update(hash).update(form).digest('base64');
}
