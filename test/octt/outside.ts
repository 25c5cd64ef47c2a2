// Whom the platform asks for stations and vehicles, played on one port: sources of contract certificates and of
// revocations, and an OCSP responder.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { makeVehicleContract } from './vehicle-contract.ts';

export type Outside = {
  readonly ocspUrl: string;
  /** Certificate of a vehicle's contract whose root the gateway trusts. */
  readonly contractPem: string;
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

/** The certificate with this number is revoked. */
export const revokedSerial = '13';

/** A vehicle that has no contract. */
export const refusedExi = Buffer.from('a vehicle without contract').toString('base64');

/** What the source answers a vehicle's message. */
export function exiResponse(exiRequest: string): string {
  return Buffer.from(`answer to ${exiRequest}`).toString('base64');
}

export async function openOutside(): Promise<Outside> {
  const contract = await makeVehicleContract();
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/ocsp') return response.end(ocspAnswerTo(body));
      const { question } = JSON.parse(body.toString()) as { question: Asked };
      const answer = request.url === '/revocations' ? revocationsOf(question) : contractFor(question);
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    ocspUrl: `http://${host}/ocsp`,
    contractPem: contract.pem,
    environment: {
      OCSP_RESPONDERS: host,
      CONTRACT_CERTIFICATES_URL: `http://${host}/contracts`,
      CERTIFICATE_CHAIN_STATUS_URL: `http://${host}/revocations`,
      V2G_ROOTS_FILE: contract.rootsFile,
    },
    close() {
      server.closeAllConnections();
      server.close();
      contract.remove();
    },
  };
}

/** The serial number ends the request that we write: INTEGER, one byte. */
function ocspAnswerTo(request: Buffer): Buffer {
  return request.subarray(-3).equals(Buffer.from(`0201${refusedSerial}`, 'hex')) ? unauthorized : ocspResponse;
}

type Asked = {
  readonly exiRequest?: string;
  readonly certificates?: readonly { readonly hash: { readonly serialNumber: string } }[];
};

function contractFor({ exiRequest = '' }: Asked): object {
  if (exiRequest === refusedExi) return { kind: 'refused', why: 'no contract for this vehicle' };
  return { kind: 'contract-certificate', exiResponse: exiResponse(exiRequest), contractsLeft: null };
}

function revocationsOf({ certificates = [] }: Asked): object {
  const statuses = certificates.map(({ hash }) => ({
    status: hash.serialNumber === revokedSerial ? 'Revoked' : 'Good',
    nextUpdateAt: Date.now() + 60_000,
  }));
  return { kind: 'chain-status', statuses };
}
