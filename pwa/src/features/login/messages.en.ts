import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'login.title': 'Log in',
  'login.hello': 'Welcome. Log in once; this device will remember.',
  'login.name': 'Phone number or member card number',
  'login.nameHint': 'If several people share a phone number, use your member card number.',
  'login.password': 'Password',
  'login.show': 'Show password',
  'login.hide': 'Hide password',
  'login.act': 'Log in',
  'login.busy': 'Logging in…',
  'login.missing': 'Fill in both fields, then log in.',
  'login.first': 'New to the handbook?',
  'login.firstText': 'Scan the code on your activation sheet with the camera of your phone, or type it in.',
  'login.activate': 'Enter activation code',
  'login.forgot': 'Forgot the password? Tell the cell secretary; staff of the committee print a new activation slip.',
  'login.waiting': 'The check-in you scanned has been kept and will be sent as soon as you are logged in.',
};
