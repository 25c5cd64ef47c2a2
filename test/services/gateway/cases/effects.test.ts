// What becomes of each action: given its cases' facts, when they are folded, then what the platform shows changes; ACTIONS.md says how.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { actionsDocument, actionsUrl } from './actions-document.ts';
import { allCases } from './all-cases.ts';
import { allEffects, type Effect } from './effects.ts';

let effects: readonly Effect[];
before(async () => {
  effects = await allEffects();
});

const nameOf = ({ version, direction, action, title }: Effect): string => `${version} ${direction} ${action}: ${title}`;

/** An empty device model is not believed: nothing is taken away, and nothing new is known. */
const changesNothing = ['2.0.1', '2.1'].map((version) => `${version} sent GetBaseReport: there is nothing to report`);

test('every case that makes facts changes what is shown of its station or session, or is kept to be read', () => {
  const unseen = effects.filter(({ facts, shown }) => facts.length > 0 && shown.length === 0);
  assert.deepEqual(unseen.map(nameOf), changesNothing);
});

test('a case without facts changes nothing', () => {
  const odd = effects.filter(({ facts, shown }) => facts.length === 0 && shown.length > 0);
  assert.deepEqual(odd.map(nameOf), []);
});

test('what facts list is asserted entry by entry, in one case of each action at least', () => {
  const unasserted = new Set<string>();
  for (const { version, direction, action, facts } of effects) {
    const expected = (allCases[direction][version][action]?.valid ?? []).flatMap(({ events }) => events);
    for (const fact of facts)
      for (const [name, value] of Object.entries(fact))
        if (
          Array.isArray(value) &&
          value.length > 0 &&
          !expected.some((event) => event.type === fact.type && Object.hasOwn(event, name))
        )
          unasserted.add(`${version} ${action}: ${fact.type}.${name}`);
  }
  assert.deepEqual([...unasserted], []);
});

test('ACTIONS.md is what the tables and the played cases say; run npm run generate', () => {
  assert.equal(readFileSync(actionsUrl, 'utf8'), actionsDocument(effects));
});

test('ACTIONS.md has no empty cell', () => {
  const rows = actionsDocument(effects)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  assert.ok(rows.length > 100);
  assert.deepEqual(
    rows.filter((row) => /\|\s*\||: (?:;|\|)/.test(row)),
    [],
  );
});
