// A signal that is kept until somebody waits for it, so that nothing is missed between looking and waiting.

export class Signal {
  #isRaised = false;
  #wake: (() => void)[] = [];

  raise(): void {
    this.#isRaised = true;
    const woken = this.#wake;
    this.#wake = [];
    for (const wake of woken) wake();
  }

  /** Resolves at once when raised since the last wait. */
  async wait(): Promise<void> {
    if (!this.#isRaised) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#isRaised = false;
  }
}
