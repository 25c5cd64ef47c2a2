// The CSMS cases of the official test tool, each played by a station of its own against one platform.
import { after, before, describe, test } from 'node:test';
import { allCases } from './all-cases.ts';
import { testNameOf, type OcttVersion } from './octt-case.ts';
import { Rig } from './rig.ts';

/** Cases mostly wait: for folds, and for the station that the gateway is to hear of. */
const casesAtOnce = 16;
const caseTimeoutMs = 180_000;

let rig: Rig;

before(async () => (rig = await Rig.open()));
after(() => rig.close());

for (const version of ['1.6', '2.0.1'] satisfies OcttVersion[]) {
  describe(`OCTT ${version}`, { concurrency: casesAtOnce }, () => {
    for (const octtCase of allCases[version]) {
      if (!('play' in octtCase)) continue;
      test(testNameOf(version, octtCase), { timeout: caseTimeoutMs }, () => octtCase.play(rig));
    }
  });
}

test('every frame of the platform kept its schema, in whichever case a station heard it', () => rig.assertSchemas());
