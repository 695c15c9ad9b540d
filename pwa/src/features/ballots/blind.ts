/**
 * The voter's side of blind RSA signatures, RFC 9474, variant RSABSSA-SHA384-PSS-Randomized (ADR 10): blind what is to be
 * signed, and take the blinding off the signature. Hashes and the check of the finished signature are the browser's; only the
 * arithmetic with big numbers is here, because browsers give no access to it.
 */
const HASH_BYTES = 48;
const SALT_BYTES = 48;
const EXPONENT = 65537n;

export interface PublicKey {
  modulus: bigint;
  /** Length of the modulus in bytes; it is a whole number of them. */
  bytes: number;
  key: CryptoKey;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The key of a ballot from its DER. Throws for a key that could mark voters: another exponent, a short or odd length. */
export async function importKey(der: Bytes): Promise<PublicKey> {
  const key = await crypto.subtle.importKey('spki', der, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);
  const { n = '', e } = await crypto.subtle.exportKey('jwk', key);
  const raw = atob(n.replace(/-/g, '+').replace(/_/g, '/'));
  const modulus = numberOf(Uint8Array.from(raw, (char) => char.charCodeAt(0)));
  const bits = modulus.toString(2).length;
  if (e !== 'AQAB' || bits < 2048 || bits % 8 !== 0 || modulus % 2n === 0n) throw new Error('unexpected key');
  return { modulus, bytes: bits / 8, key };
}

export interface Blinded {
  blinded: Bytes;
  /** What takes the blinding off again; whoever has it can tell whose paper it is. */
  inverse: bigint;
}

/** `salt` and `inverse` are random; given only by tests. Blind, RFC 9474, 4.2. */
export async function blind(
  { modulus, bytes }: PublicKey, message: Bytes, salt: Bytes = random(SALT_BYTES), inverse: bigint = randomBelow(modulus, bytes),
): Promise<Blinded> {
  const encoded = numberOf(await encodePss(message, bytes, salt));
  const factor = invert(inverse, modulus);
  return { blinded: bytesOf((encoded * power(factor, modulus)) % modulus, bytes), inverse };
}

/** Finalize, RFC 9474, 4.4. Throws when the server's signature is not one. */
export async function finalize({ modulus, bytes, key }: PublicKey, message: Bytes, signed: Bytes, inverse: bigint): Promise<Bytes> {
  const signature = bytesOf((numberOf(signed) * inverse) % modulus, bytes);
  if (!(await verify(key, message, signature))) throw new Error('invalid signature');
  return signature;
}

export function verify(key: CryptoKey, message: Bytes, signature: Bytes): Promise<boolean> {
  return crypto.subtle.verify({ name: 'RSA-PSS', saltLength: SALT_BYTES }, key, signature, message);
}

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function join(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function sha384(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-384', data));
}

/** EMSA-PSS-ENCODE, RFC 8017, 9.1.1, for a modulus of whole bytes: one bit less than that is encoded. */
async function encodePss(message: Bytes, length: number, salt: Bytes): Promise<Bytes> {
  const hash = await sha384(join(new Uint8Array(8), await sha384(message), salt));
  const block = join(new Uint8Array(length - salt.length - HASH_BYTES - 2), new Uint8Array([1]), salt);
  for (let at = 0, turn = 0; at < block.length; at += HASH_BYTES, turn++) {
    const mask = await sha384(join(hash, new Uint8Array([0, 0, turn >> 8, turn & 255])));
    for (let i = 0; i < HASH_BYTES && at + i < block.length; i++) block[at + i]! ^= mask[i]!;
  }
  block[0]! &= 0x7f;
  return join(block, hash, new Uint8Array([0xbc]));
}

function numberOf(bytes: Uint8Array): bigint {
  let text = '0x0';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return BigInt(text);
}

function bytesOf(value: bigint, length: number): Bytes {
  const text = value.toString(16).padStart(2 * length, '0');
  return Uint8Array.from({ length }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** To the power of the public exponent, which is 2^16 + 1. */
function power(base: bigint, modulus: bigint): bigint {
  let value = base;
  for (let bit = EXPONENT; bit > 1n; bit >>= 1n) value = (value * value) % modulus;
  return (value * base) % modulus;
}

/** The inverse by Euclid's algorithm. Without one the number would share a factor with the modulus: that does not happen. */
function invert(value: bigint, modulus: bigint): bigint {
  let [low, high, from, to] = [value, modulus, 1n, 0n];
  while (low > 1n) {
    const times = high / low;
    [low, high, from, to] = [high % low, low, to - times * from, from];
  }
  if (low !== 1n) throw new Error('no inverse');
  return ((from % modulus) + modulus) % modulus;
}

/** Evenly distributed: a number that is too large is thrown away. */
function randomBelow(modulus: bigint, bytes: number): bigint {
  for (;;) {
    const value = numberOf(random(bytes));
    if (value > 1n && value < modulus - 1n) return value;
  }
}
