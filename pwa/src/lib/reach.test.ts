import { describe, expect, it } from 'vitest';
import { isThisComputerOnly } from './reach';

describe('the address at which the app stands', () => {
  it('is this computer alone by its names for itself', () => {
    for (const name of ['localhost', '127.0.0.1', '127.0.1.1', '[::1]']) expect(isThisComputerOnly(name), name).toBe(true);
  });
  it('is open to phones by every other name', () => {
    for (const name of ['sotay.example.vn', 'localhost.example.vn', '192.168.1.5', '1270.0.0.1']) {
      expect(isThisComputerOnly(name), name).toBe(false);
    }
  });
});
