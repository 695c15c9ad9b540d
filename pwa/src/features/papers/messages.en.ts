import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'paper.title': 'Paper',
  'paper.notFound': 'This paper is not on this device',
  'paper.notFoundText': 'It may have been removed. Go back to the meeting and refresh when you have a network.',
  'paper.first': 'This device is fetching its data for the first time. The paper appears when it is done.',
  'paper.never': 'This device could not fetch its data yet',
  'paper.loading': 'Fetching the paper…',
  'paper.share': '{arrived} of {size}',
  'paper.failed': 'The paper could not be fetched yet',
  'paper.goesOn': 'This device has {share}; the next attempt goes on from there.',
  'paper.open': 'Open the paper',
  'paper.openText': 'The paper opens in the reader of your device. Use the back button of the device to return.',
  'paper.download': 'Save the file',
  'paper.word': 'This is a Word file. Save it and open it with an app on your device.',
  'paper.of': 'Paper of the meeting',
  'paper.saved': 'On this device since {time}; can be read without a network',
};
