import { describe, expect, it } from 'vitest';
import { en as editEn } from '$features/meeting-edit/messages.en';
import { vi as editVi } from '$features/meeting-edit/messages';
import { en as rollEn } from '$features/roll/messages.en';
import { vi as rollVi } from '$features/roll/messages';
import { formatMessage } from '$i18n/icu';
import { en as chapterEn } from './messages.en';
import { vi as chapterVi } from './messages';
import { en as resolutionEn } from './resolution-messages.en';
import { vi as resolutionVi } from './resolution-messages';

const pairs: [Record<string, string>, Record<string, string>][] = [
  [chapterVi, chapterEn], [resolutionVi, resolutionEn], [editVi, editEn], [rollVi, rollEn],
];

/** The names in braces, without the words of plural and select cases. */
function parameters(text: string): string[] {
  return [...text.matchAll(/\{(\w+)(?=[},])/g)].map((found) => found[1] as string).filter((name) => !/^[A-Z]/.test(name));
}

describe('the words of the secretary’s screens', () => {
  it('are whole in both languages and ask for the same parameters', () => {
    for (const [vi, en] of pairs) {
      expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
      for (const [key, text] of Object.entries(vi)) {
        const given = Object.fromEntries(parameters(text).map((name) => [name, 2]));
        expect(formatMessage(text, given, 'vi-VN'), key).not.toContain('{');
        expect(formatMessage(en[key] ?? '', given, 'en-GB'), key).not.toContain('{');
      }
    }
  });
});
