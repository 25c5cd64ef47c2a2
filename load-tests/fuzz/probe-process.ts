// The process of the probes: what it measures is the gateway's time, not that of whoever makes the spoiled frames.
import type { StationIdentity } from '#load-tests/fleet/identities';
import { Probe } from './probe.ts';
import type { ProbeAnswer, ProbeQuestion } from './probes.ts';

const [url = '', stations = '[]'] = process.argv.slice(2);
const probes = (JSON.parse(stations) as readonly StationIdentity[]).map((identity) => new Probe(url, identity));
const stop = new AbortController();
let running: Promise<unknown> = Promise.resolve();
let failure: string | null = null;

process.on('message', (question: ProbeQuestion) => {
  void answer(question).then((said) => process.send?.(said));
});
process.on('disconnect', () => process.exit());

async function answer(question: ProbeQuestion): Promise<ProbeAnswer> {
  if (question === 'begin') {
    await Promise.all(probes.map((probe) => probe.connect()));
    running = Promise.all(probes.map((probe) => probe.run(stop.signal))).catch((error: unknown) => {
      failure ??= String(error);
    });
  }
  if (question === 'end') {
    stop.abort();
    await running;
    for (const probe of probes) probe.close();
  }
  const sent = probes.reduce((sum, probe) => sum + probe.sent, 0);
  return { latenciesMs: probes.flatMap((probe) => probe.takeLatencies()), sent, failure };
}
