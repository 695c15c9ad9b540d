/** When the member last put the new version off: a choice of this device, nothing about a person. */
const PUT_OFF = 'handbook.update-put-off';
const REST = 86_400_000;

/** A new version that was put off is not spoken of for a day; it waits all the same. */
export function isUpdatePutOff(): boolean {
  return Date.now() - Number(localStorage.getItem(PUT_OFF) ?? '0') < REST;
}

export function putUpdateOff(): void {
  localStorage.setItem(PUT_OFF, String(Date.now()));
}
