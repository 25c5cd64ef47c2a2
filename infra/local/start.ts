// `npm start`: the platform with a small fleet charging, until Ctrl-C.
import { startPlatform } from '#infra/local/platform';
import { runUntilEnded } from '#infra/local/run-until-ended';

runUntilEnded(async (run) => {
  await startPlatform(run);
});
