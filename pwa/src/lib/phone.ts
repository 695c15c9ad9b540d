/** A stored number (E.164) as people here read it: `+84912345678` is `0912 345 678`. Others stay as they are. */
export function phoneText(phone: string): string {
  const found = /^\+84(\d{2,3})(\d{3})(\d{3,4})$/.exec(phone);
  return found ? `0${found[1]} ${found[2]} ${found[3]}` : phone;
}
