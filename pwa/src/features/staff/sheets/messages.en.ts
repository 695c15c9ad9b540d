import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'sheets.title': 'Activation sheets',
  'sheets.for': 'For: {name}',
  'sheets.text': 'Every member who has not activated yet gets a slip: name, card number, QR code and the code in letters. Scanning it opens the handbook; no e-mail or text message is needed.',
  'sheets.pages': 'Every cell is printed on pages of its own, to be handed to its secretary.',
  'sheets.replace': 'New slips replace those printed earlier for members who have not activated yet.',
  'sheets.secret': 'The code opens the member’s record: hand it over in person, do not send pictures of it.',
  'sheets.unreachable': 'The app runs at {host}, which opens on this computer only: a phone that scans a slip will not get in. Before printing for handing out, ask the administrator to set the public address, open the app there and make the sheets again.',
  'sheets.make': 'Make the sheets (PDF)',
  'sheets.busy': 'Making the sheets…',
  'sheets.confirm': 'Make new activation sheets?',
  'sheets.keep': 'Keep the old ones',
  'sheets.done': 'The sheets were made and downloaded, into the downloads of the browser. They hold codes into accounts, so the handbook does not keep them: after leaving or reloading this page there is only the downloaded file.',
  'sheets.again': 'Download again',
  'sheets.nobody': 'Everybody here has activated; no sheet is needed.',
};
