// Tells which files below some directories changed, once things have been quiet for a moment.
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

export type TreeWatch = { close(): void };

/** Calls onChange with the paths changed since the last call, debounceMs after the last change. */
export function watchTree(
  dirs: readonly string[],
  debounceMs: number,
  onChange: (paths: readonly string[]) => void,
): TreeWatch {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const paths = [...changed];
    changed.clear();
    onChange(paths);
  };
  const watchers: FSWatcher[] = dirs.map((dir) =>
    watch(dir, { recursive: true }, (_event, file) => {
      if (file === null) return;
      changed.add(join(dir, file));
      clearTimeout(timer);
      timer = setTimeout(flush, debounceMs);
    }),
  );
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
