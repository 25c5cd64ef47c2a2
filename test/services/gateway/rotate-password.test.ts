// Rotation of passwords: given a command that only refers to one, when it is carried out, then the station alone hears the password.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OcppVersion } from '#contracts/ocpp';
import { verifierOfChosen, verifierOfGenerated } from '#contracts/passwords';
import { provedSalt } from '#services/gateway/proved-password';
import { rotationAfter } from '#services/registry/domain/rotation';
import { command, connect, fakeGateway, settle } from './fake-parts.ts';
import { station } from './support.ts';

const password = '00112233445566778899aabbccddeeff00112233';

async function rotating(version: OcppVersion, known: boolean) {
  const gateway = fakeGateway();
  gateway.ackAll();
  if (known) gateway.passwords.set('credential-1', password);
  const { connection, socket } = connect(gateway, version);
  await connection.begin();
  await connection.accept(true);
  connection.outbound.request(command(gateway, connection, 'RotatePassword', { credentialId: 'credential-1' }));
  await settle();
  const [frame] = socket.sent.map((text) => JSON.parse(text) as [number, string, string, unknown]);
  const outcome = () => gateway.records.flatMap((record) => (record.type === 'CommandCompleted' ? [record] : [])).at(0);
  return { gateway, connection, frame, outcome };
}

test('1.6 gets the key as hex digits, 2.x the password; the log gets neither', async () => {
  const said = {
    '1.6': ['ChangeConfiguration', { key: 'AuthorizationKey', value: password }, { status: 'Accepted' }],
    '2.0.1': [
      'SetVariables',
      {
        setVariableData: [
          { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeValue: password },
        ],
      },
      {
        setVariableResult: [
          {
            attributeStatus: 'Accepted',
            component: { name: 'SecurityCtrlr' },
            variable: { name: 'BasicAuthPassword' },
          },
        ],
      },
    ],
  } as const;
  for (const version of ['1.6', '2.0.1', '2.1'] as const) {
    const { gateway, connection, frame, outcome } = await rotating(version, true);
    const [action, payload, answer] = said[version === '2.1' ? '2.0.1' : version];
    assert.deepEqual([frame?.[2], frame?.[3]], [action, payload]);
    connection.receive(JSON.stringify([3, frame?.[1], answer]));
    await settle();
    assert.equal(outcome()?.outcome, 'accepted');
    assert.ok(!JSON.stringify(gateway.records).includes(password), 'the password is in the log');
  }
});

test('a station that refuses it says so in the outcome', async () => {
  const { connection, frame, outcome } = await rotating('1.6', true);
  connection.receive(JSON.stringify([3, frame?.[1], { status: 'Rejected' }]));
  await settle();
  assert.equal(outcome()?.outcome, 'rejected');
});

test('a station that takes it with its next boot says so in the detail, by which the registry keeps the old one', async () => {
  const names = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } };
  const answers = {
    '1.6': { status: 'RebootRequired' },
    '2.0.1': { setVariableResult: [{ attributeStatus: 'RebootRequired', ...names }] },
    '2.1': { setVariableResult: [{ attributeStatus: 'RebootRequired', ...names }] },
  };
  for (const version of ['1.6', '2.0.1', '2.1'] as const) {
    const { connection, frame, outcome } = await rotating(version, true);
    connection.receive(JSON.stringify([3, frame?.[1], answers[version]]));
    await settle();
    assert.equal(outcome()?.outcome, 'accepted');
    assert.equal(rotationAfter('accepted', outcome()?.detail ?? null), 'rebootRequired', version);
  }
});

test('a password that is not on its way any more is not sent: the command failed', async () => {
  const { frame, outcome } = await rotating('1.6', false);
  assert.equal(frame, undefined);
  assert.deepEqual([outcome()?.outcome, outcome()?.detail], ['failed', 'this password is not on its way any more']);
});

test('a command that the log withdraws while its password is fetched is not sent', async () => {
  const gateway = fakeGateway();
  gateway.ackAll();
  let give: (password: string) => void = () => undefined;
  const parts = {
    ...gateway.parts,
    registry: { ...gateway.parts.registry, passwordOf: () => new Promise<string>((resolve) => (give = resolve)) },
  };
  const { connection, socket } = connect({ ...gateway, parts });
  await connection.begin();
  await connection.accept(true);
  const wanted = command(gateway, connection, 'RotatePassword', { credentialId: 'credential-1' });
  connection.outbound.request(wanted);
  await settle();
  connection.outbound.withdraw(wanted.commandId);
  give(password);
  await settle();
  assert.deepEqual(socket.sent, []);
});

test('which of several passwords a station showed is told by its salt', async () => {
  const [old, fresh] = [verifierOfGenerated(Buffer.from('old'), 0), verifierOfGenerated(Buffer.from('new'), 1)];
  const chosen = await verifierOfChosen(Buffer.from('chosen'), 0);
  const shown = (text: string) => `Basic ${Buffer.from(`CS-001:${text}`).toString('base64')}`;
  const salt = (verifier: { salt: Uint8Array }) => Buffer.from(verifier.salt).toString('hex');
  const several = { ...station, verifiers: [fresh, old, chosen] };
  assert.equal(provedSalt(shown('new'), several), salt(fresh));
  assert.equal(provedSalt(shown('old'), several), salt(old));
  assert.equal(provedSalt(shown('chosen'), several), '');
  assert.equal(provedSalt(shown('old'), { ...station, verifiers: [old] }), undefined);
});
