// A part that is a child of ours: it fails when the child ends unasked.
import { type Child, tailOf } from '#infra/local/child';
import type { Part, PartName } from '#infra/local/part';

export function partOfChild(name: PartName, url: string, child: Child, closeGraceMs: number): Part {
  let closing = false;
  const never = new Promise<string>(() => {});
  return {
    name,
    url,
    source: 'embedded',
    failed: child.exited.then((sentence) =>
      closing ? never : `${sentence}; the end of ${child.logFile}:\n${tailOf(child.logFile)}`,
    ),
    close() {
      closing = true;
      return child.stop(closeGraceMs);
    },
  };
}
