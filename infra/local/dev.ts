// `npm run dev`: the platform, with the services started again when their sources change while the parts stay up.
import { join, relative } from 'node:path';
import { rootDir } from '#infra/local/paths';
import { startPlatform } from '#infra/local/platform';
import { runUntilEnded } from '#infra/local/run-until-ended';
import { programsTouchedBy } from '#infra/local/touched';
import { watchTree } from '#infra/local/watch-tree';

const debounceMs = 300;

runUntilEnded(async (run) => {
  const { supervisor, statusLine } = await startPlatform(run);
  const dirs = ['services', 'contracts'].map((dir) => join(rootDir, dir));
  const watching = watchTree(dirs, debounceMs, (paths) => {
    const touched = programsTouchedBy(paths.map((path) => relative(rootDir, path)));
    if (touched.length === 0) return;
    statusLine.say(
      `Changed: ${relative(rootDir, paths[0] ?? '')}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}; starting again: ${touched.join(', ')}.`,
    );
    for (const name of touched) void supervisor.restart(name);
  });
  run.onEnd('watch', async () => watching.close());
});
