// Small programs for tests of the supervisor: they answer /ready, write what happens to them to a file, end when told.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type Desk = {
  readonly dir: string;
  /** Writes a program that runs `body` and appends to the journal with note(word); returns its file. */
  program(name: string, body: string): string;
  journal(): string[];
  /** Resolves once the journal holds the word `times` times. */
  noted(word: string, times?: number): Promise<void>;
  remove(): void;
};

const waitMs = 20_000;

export function makeDesk(): Desk {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-desk-'));
  const journalFile = join(dir, 'journal');
  writeFileSync(journalFile, '');
  const journal = (): string[] =>
    readFileSync(journalFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  return {
    dir,
    journal,
    program(name, body) {
      const file = join(dir, `${name}.mjs`);
      const note = `import { appendFileSync } from 'node:fs'; const note = (word) => appendFileSync(${JSON.stringify(journalFile)}, word + '\\n');`;
      writeFileSync(file, `${note}\n${body}\n`);
      return file;
    },
    async noted(word, times = 1) {
      const deadline = performance.now() + waitMs;
      while (journal().filter((line) => line === word).length < times) {
        if (performance.now() > deadline)
          throw new Error(`the journal holds ${journal().join(', ')}, not ${times} of ${word}`);
        await delay(20);
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Runs until SIGTERM or the end of its pipe, and notes its end, and its start once it can be told to end. */
export const patient = (name: string): string => `
  const end = () => { note('${name} ended'); process.exit(0); };
  process.on('SIGTERM', end);
  process.stdin.resume();
  process.stdin.on('end', end);
  note('${name} started');
  setInterval(() => {}, 1000);`;
