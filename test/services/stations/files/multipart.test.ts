// A log that comes as a form: given any cut of the body into chunks, then the bytes of the file are those that were sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundaryOf, filePartOf, NotMultipart } from '#services/stations/files/multipart';

const crlf = '\r\n';
const form = (...parts: string[]): Buffer =>
  Buffer.from(parts.map((part) => `--B${crlf}${part}${crlf}`).join('') + `--B--${crlf}`, 'latin1');
const field = `Content-Disposition: form-data; name="a"${crlf}${crlf}filename="x"`;
// Looks like a delimiter, and is none.
const content = `log\r\n--A\r\n-\r\n--${'\u0000\u00ff'}\r\n\r\nend`;
const file = `Content-Disposition: form-data; name="file"; filename="diag.zip"${crlf}Content-Type: application/zip${crlf}${crlf}${content}`;

async function* cut(body: Buffer, bytes: number) {
  for (let at = 0; at < body.length; at += bytes) yield body.subarray(at, at + bytes);
}

async function fileOf(body: Buffer, chunkBytes: number): Promise<{ name: string | undefined; text: string }> {
  const part = await filePartOf(cut(body, chunkBytes), 'B');
  const chunks: Uint8Array[] = [];
  for await (const chunk of part.content) chunks.push(chunk);
  return { name: part.name, text: Buffer.concat(chunks).toString('latin1') };
}

test('the file is found behind fields, whatever its bytes and however the body is cut', async () => {
  for (let bytes = 1; bytes < 60; bytes++) {
    assert.deepEqual(await fileOf(form(field, file), bytes), { name: 'diag.zip', text: content });
    assert.deepEqual(await fileOf(form(file, field), bytes), { name: 'diag.zip', text: content });
  }
  const empty = `Content-Disposition: form-data; name="f"; filename=""${crlf}${crlf}`;
  assert.deepEqual(await fileOf(form(empty), 7), { name: undefined, text: '' });
});

test('a form without a file, one that ends too early and one with an endless head are refused', async () => {
  await assert.rejects(fileOf(form(field), 16), NotMultipart);
  const whole = form(file);
  await assert.rejects(fileOf(whole.subarray(0, whole.length - 10), 16), NotMultipart);
  await assert.rejects(fileOf(form(`X: ${'a'.repeat(9_000)}`), 1024), NotMultipart);
});

test('the boundary is read from the header, quoted or not; other bodies have none', () => {
  assert.equal(boundaryOf('multipart/form-data; boundary=abc'), 'abc');
  assert.equal(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"'), 'a b');
  assert.equal(boundaryOf('application/zip'), undefined);
  assert.equal(boundaryOf(undefined), undefined);
});
