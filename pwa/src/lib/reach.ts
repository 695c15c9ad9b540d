/**
 * Whether the address at which the app stands is this computer alone. The server takes writing requests at such an address
 * only while its public address is one too; the codes that it prints then lead nowhere on any phone.
 */
export function isThisComputerOnly(hostname: string = location.hostname): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
