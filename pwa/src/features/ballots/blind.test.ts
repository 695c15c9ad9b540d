import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blind, finalize, importKey, join, random, verify, type PublicKey } from './blind';

type Name = 'n' | 'e' | 'd' | 'msg' | 'msg_prefix' | 'salt' | 'inv' | 'blinded_msg' | 'blind_sig' | 'sig';
const vector = JSON.parse(readFileSync('../tests/data/ballots/rfc9474.json', 'utf8')) as Record<Name, string>;

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

async function spki(n: string, e: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = (text: string): string => Buffer.from(text, 'hex').toString('base64url');
  const key = await crypto.subtle.importKey('jwk', { kty: 'RSA', n: url(n), e: url(e) }, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);
  return new Uint8Array(await crypto.subtle.exportKey('spki', key));
}

describe('blind signatures, against the vectors of RFC 9474', () => {
  const message = join(hex(vector.msg_prefix), hex(vector.msg));
  const published = async (): Promise<PublicKey> => importKey(await spki(vector.n, vector.e));

  it('blinds to the published number', async () => {
    const { blinded } = await blind(await published(), message, hex(vector.salt), BigInt(`0x${vector.inv}`));
    expect(Buffer.from(blinded).toString('hex')).toBe(vector.blinded_msg);
  });

  it('finalizes to the published signature', async () => {
    const signature = await finalize(await published(), message, hex(vector.blind_sig), BigInt(`0x${vector.inv}`));
    expect(Buffer.from(signature).toString('hex')).toBe(vector.sig);
  });

  it('refuses a signature that is none', async () => {
    const wrong = hex(vector.blind_sig);
    wrong[9]! ^= 1;
    await expect(finalize(await published(), message, wrong, BigInt(`0x${vector.inv}`))).rejects.toThrow('invalid signature');
  });
});

describe('with keys of our size', () => {
  it('goes the whole way, every time with other numbers', async () => {
    const pair = await crypto.subtle.generateKey(
      { name: 'RSA-PSS', hash: 'SHA-384', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign', 'verify'],
    );
    const key = await importKey(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)));
    const d = BigInt(`0x${Buffer.from((await crypto.subtle.exportKey('jwk', pair.privateKey)).d!, 'base64url').toString('hex')}`);
    const message = random(80);
    const seen = new Set<string>();
    for (let turn = 0; turn < 3; turn++) {
      const { blinded, inverse } = await blind(key, message);
      seen.add(Buffer.from(blinded).toString('hex'));
      let [base, power, signed] = [BigInt(`0x${Buffer.from(blinded).toString('hex')}`), d, 1n];
      for (; power > 0n; power >>= 1n, base = (base * base) % key.modulus) if (power & 1n) signed = (signed * base) % key.modulus;
      const bytes = hex(signed.toString(16).padStart(512, '0'));
      expect(await verify(key.key, message, await finalize(key, message, bytes, inverse))).toBe(true);
    }
    expect(seen.size).toBe(3);
  });

  it('refuses a key with another exponent, which could mark voters', async () => {
    await expect(importKey(await spki(vector.n, '03'))).rejects.toThrow('unexpected key');
  });
});
