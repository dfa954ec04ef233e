import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Tags of the few DER types that a certificate needs. */
const DER = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utc: 0x17,
  sequence: 0x30,
  set: 0x31,
};

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const ALTERNATIVE_NAME = '551d11';

/** A certificate for 127.0.0.1 that lives as long as the test, and its key. PEM texts. */
export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(DER.sequence, oid(ECDSA_WITH_SHA256));
  const name = der(
    DER.sequence,
    der(DER.set, der(DER.sequence, oid(COMMON_NAME), der(DER.utf8, Buffer.from('emulator under test')))),
  );
  const address = der(0x87, Buffer.from([127, 0, 0, 1]));
  const extension = der(DER.sequence, oid(ALTERNATIVE_NAME), der(DER.octets, der(DER.sequence, address)));
  const body = der(
    DER.sequence,
    der(0xa0, der(DER.integer, Buffer.from([2]))),
    der(DER.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(DER.sequence, time(-1), time(1)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(DER.sequence, extension)),
  );
  const signature = der(DER.bits, Buffer.from([0]), sign('sha256', body, privateKey));
  const cert = der(DER.sequence, body, algorithm, signature);
  const lines = cert.toString('base64').replaceAll(/(.{64})/gu, '$1\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(hex: string): Buffer {
  return der(DER.oid, Buffer.from(hex, 'hex'));
}

/** The time so many days from now, as YYMMDDhhmmssZ. */
function time(days: number): Buffer {
  const moment = new Date(Date.now() + days * 86_400_000);
  const digits = moment.toISOString().replaceAll(/\D/gu, '').slice(2, 14);
  return der(DER.utc, Buffer.from(`${digits}Z`));
}
