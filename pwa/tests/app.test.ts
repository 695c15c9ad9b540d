import { describe, expect, test } from 'vitest';
import { matchRoute } from '$app/router.svelte';
import { routes } from '$app/routes';
import { base64urlOf, bytesOfBase64url } from '$lib/base64url';
import { fold, matches } from '$lib/fold';
import { phoneText } from '$lib/phone';
import { canAskAbsence, concerns, isSummoned, momentOf, onlyRuns } from '$features/meeting/moment';
import { wordingOf } from '$push/wording';
import { meeting, resolution } from './samples';

describe('routes', () => {
  test.each([
    ['/', '/', ''],
    ['/meetings/17', '/meetings/:id', '17'],
    ['/meetings/17/', '/meetings/:id', '17'],
    ['/c/17', '/c/:id', '17'],
    ['/papers/a%20b', '/papers/:id', 'a b'],
    ['/papers/50%', '/papers/:id', '50%'],
  ])('%s opens %s', (path, route, id) => {
    const found = matchRoute(path);
    expect([found?.route.path, found?.params.id]).toEqual([route, id]);
  });

  test('an unknown path opens none', () => {
    expect(matchRoute('/nowhere/at/all')).toBeNull();
  });

  test('every route opens itself, not one declared before it', () => {
    for (const route of routes) expect(matchRoute(route.path.replace(/:\w+/g, '1'))?.route.path).toBe(route.path);
  });

  test('only these pages open without a login', () => {
    expect(routes.filter((route) => route.open).map((route) => route.path).sort()).toEqual(['/404', '/activate', '/c/:id', '/login']);
  });
});

describe('text', () => {
  test('folding takes diacritics and đ away, composed or not', () => {
    expect(fold('  Đảng ủy  PHƯỜNG\n')).toBe('dang uy phuong');
    expect(fold('Nghị quyết'.normalize('NFD'))).toBe('nghi quyet');
  });

  test('all words must be there, in any order', () => {
    expect(matches('Nghị quyết về chuyển đổi số', 'doi so nghi')).toBe(true);
    expect(matches('Nghị quyết', 'nghi dinh')).toBe(false);
  });

  test('phones read as people dial them', () => {
    expect(phoneText('+84912345678')).toBe('0912 345 678');
    expect(phoneText('+12025550123')).toBe('+12025550123');
  });

  test('base64url there and back', () => {
    const bytes = new Uint8Array([0, 250, 251, 252, 253, 254, 255]);
    expect(bytesOfBase64url(base64urlOf(bytes))).toEqual(bytes);
    expect(base64urlOf(bytes)).toMatch(/^[\w-]+$/);
  });
});

describe('the moment of a meeting', () => {
  const at = (time: string): Date => new Date(`2026-12-03T${time}:00Z`);
  test.each([
    ['convened', '10:00', 'ahead'],
    ['convened', '11:30', 'check_in'],
    ['convened', '13:00', 'check_in'],
    ['convened', '17:30', 'after'],
    ['open', '10:00', 'check_in'],
    ['closed', '13:00', 'after'],
    ['cancelled', '10:00', 'cancelled'],
  ] as const)('%s at %s is %s', (state, time, moment) => {
    expect(momentOf(meeting({ state }), at(time))).toBe(moment);
  });

  test('who runs a conference and is no delegate has nothing to check in to', () => {
    const conference = meeting({ kind: 'conference', state: 'open', can: ['close'] });
    const own = { meeting_id: '17', state: null, method: null, checked_in_at: null, recorded_at: null, flags: [] };
    const site = { id: '1', name: 'Hội trường', address: null, online_url: null };
    expect(onlyRuns(conference, undefined)).toBe(true);
    expect(onlyRuns(conference, own)).toBe(false);
    expect(onlyRuns({ ...conference, my_site: site }, undefined)).toBe(false);
    expect(onlyRuns({ ...conference, can: [] }, undefined)).toBe(false);
    expect(onlyRuns({ ...conference, kind: 'regular' }, undefined)).toBe(false);
  });

  test('to a conference its delegates are called; it concerns those too who run it or look after a site', () => {
    const conference = meeting({ kind: 'conference', can: [] });
    const own = { meeting_id: '17', state: null, method: null, checked_in_at: null, recorded_at: null, flags: [] };
    expect(isSummoned(meeting({ kind: 'regular' }), undefined)).toBe(true);
    expect(isSummoned(conference, undefined)).toBe(false);
    expect(isSummoned(conference, own)).toBe(true);
    expect(concerns(conference, own)).toBe(true);
    expect(concerns(conference, undefined)).toBe(false);
    expect(concerns({ ...conference, can: ['take_minutes'] }, undefined)).toBe(true);
    expect(concerns({ ...conference, my_sites_as_host: ['1'] }, undefined)).toBe(true);
  });

  test('a request to be excused can be sent until the meeting begins', () => {
    expect(canAskAbsence(meeting(), at('12:29'))).toBe(true);
    expect(canAskAbsence(meeting(), at('12:30'))).toBe(false);
    expect(canAskAbsence(meeting({ state: 'cancelled' }), at('10:00'))).toBe(false);
  });
});

describe('the words of a notification', () => {
  const plain = { language: 'vi', details: false } as const;

  test('without details the lock screen learns only the time', () => {
    const words = wordingOf({ t: 'meeting_reminder', m: '17', d: '1' }, meeting(), undefined, plain);
    expect(words).toEqual({ title: 'Nhắc lịch họp', body: '19:30, thứ Năm 3/12', url: '/meetings/17', tag: 'meeting:17' });
  });

  test('with details it names the meeting and its place', () => {
    const words = wordingOf({ t: 'meeting_convened', m: '17' }, meeting(), undefined, { ...plain, details: true });
    expect(words.body).toBe('19:30, thứ Năm 3/12\nSinh hoạt tháng 12 · Nhà văn hóa');
  });

  test('what the phone does not know gets neutral words that still lead there', () => {
    expect(wordingOf({ t: 'meeting_convened', m: '99' }, undefined, undefined, plain)).toMatchObject({ body: 'Chạm để xem.', url: '/meetings/99' });
    expect(wordingOf({}, undefined, undefined, plain)).toMatchObject({ title: 'Sổ tay có nội dung mới', url: '/notices' });
    expect(wordingOf({ t: 'not_known' as never, m: '17' }, meeting(), undefined, plain).title).toBe('Sổ tay có nội dung mới');
  });

  test('a resolution is named only with details', () => {
    const payload = { t: 'resolution_issued', r: '31' } as const;
    expect(wordingOf(payload, undefined, resolution(), plain).body).toBe('Chạm để xem.');
    expect(wordingOf(payload, undefined, resolution(), { language: 'en', details: true })).toMatchObject({
      title: 'New resolution', body: '01-NQ/CB · Nghị quyết', url: '/resolutions/31',
    });
  });
});
