// Whom the platform asks for stations and vehicles, played on one port: a source of contract certificates, and an OCSP responder.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

export type Outside = {
  readonly ocspUrl: string;
  /** What a gateway must be told to ask here. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
};

/** OCSPResponse { responseStatus successful } in DER: the signed part is the station's to read, not ours. */
export const ocspResponse = Buffer.from('30030a0100', 'hex');
/** OCSPResponse { responseStatus unauthorized }. */
const unauthorized = Buffer.from('30030a0106', 'hex');
/** The responder does not answer for this certificate. */
export const refusedSerial = '66';

/** What the source answers a vehicle's message. */
export function exiResponse(exiRequest: string): string {
  return Buffer.from(`answer to ${exiRequest}`).toString('base64');
}

export async function openOutside(): Promise<Outside> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/ocsp') return response.end(ocspAnswerTo(body));
      const { question } = JSON.parse(body.toString()) as { question: { exiRequest: string } };
      const answer = {
        kind: 'contract-certificate',
        exiResponse: exiResponse(question.exiRequest),
        contractsLeft: null,
      };
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    ocspUrl: `http://${host}/ocsp`,
    environment: { OCSP_RESPONDERS: host, CONTRACT_CERTIFICATES_URL: `http://${host}/contracts` },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The serial number ends the request that we write: INTEGER, one byte. */
function ocspAnswerTo(request: Buffer): Buffer {
  return request.subarray(-3).equals(Buffer.from(`0201${refusedSerial}`, 'hex')) ? unauthorized : ocspResponse;
}
