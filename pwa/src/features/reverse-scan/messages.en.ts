import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'reverse.title': 'Scan members',
  'reverse.hint': 'Members open the meeting on their phone, tap “My code” and hold it before this camera.',
  'reverse.of': 'present of {n} members',
  'reverse.taken': '{n} scanned just now',
  'reverse.other': 'Who has no phone is recorded in the roll.',
  'reverse.noCamera': 'Allow the camera in the settings of your browser and try again, or record names in the roll.',
  'reverse.notOpen': 'The meeting is not open',
  'reverse.notOpenText': 'You can scan while the meeting is open and you run it.',
  'reverse.toRoom': 'Back to the room',
  'said.recorded': '{name}: {state}',
  'said.already': '{name} is recorded already: {state}',
  'said.not_a_code': 'This is not a member’s code.',
  'said.other_meeting': 'This code is for another meeting.',
  'said.not_summoned': 'This person was not summoned.',
  'said.wrong_code': 'The code is wrong. Record this person by hand if you know them.',
  'said.no_key': 'This device does not have the key of the meeting. Connect once, or record by hand.',
};
