import { afterEach, describe, expect, it, vi as vitest } from 'vitest';
import { loadProblems } from '$i18n';
import { en } from './messages.en';
import { vi } from './messages';
import { ImportRun } from './run.svelte';
import { codeName, fieldName, howToMend, problemsFile, troubleText } from './wording';

const FIELDS = ['name', 'birth', 'sex', 'card', 'admitted', 'official', 'phone', 'cccd', 'post', 'cell'];
const CODES = ['missing', 'invalid_date', 'future_date', 'before_admitted', 'duplicate', 'invalid', 'unknown'];

describe('the words of an import', () => {
  it('has a name for every field and code, and a way to mend each of them', () => {
    for (const field of FIELDS) {
      expect(fieldName(field)).not.toBe(field);
      for (const code of CODES) {
        expect(codeName(code)).not.toBe(code);
        expect(howToMend({ sheet: 'A', row: 1, field, code, message: '' }).length).toBeGreaterThan(10);
      }
    }
  });
  it('lets the server say which row a duplicate meets', () => {
    const message = 'Số thẻ đảng viên trùng với dòng 56.';
    expect(howToMend({ sheet: 'A', row: 57, field: 'card', code: 'duplicate', message })).toBe(message);
  });
  it('says why a file was refused, and something about any other trouble', async () => {
    await loadProblems();
    expect(troubleText({ code: 'unsupported_file_type', reason: 'encrypted' })).toContain('mật khẩu');
    expect(troubleText({ code: 'network' })).toContain('mạng');
    expect(troubleText({ code: 'damaged_file', reason: 'something_new' })).toContain('hỏng');
  });
  it('has every word in English as well', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  });
  it('puts each problem on a line of the file', async () => {
    const file = problemsFile([{ sheet: 'Khối 1', row: 12, field: 'birth', code: 'invalid_date', message: '' }]);
    expect((await file.text()).split('\r\n')[1]).toBe('Khối 1,12,Ngày sinh,Ngày không có thật,"Ghi đủ ngày/tháng/năm, ví dụ 19/05/1990."');
  });
});

describe('an import', () => {
  const report = { rows: 1, created: 1, updated: 0, unchanged: 0, refused: 0, problems: [], organizations_created: 0 };
  const run = (state: string, more = {}) => ({
    id: '5', organization_id: '1', state, dry_run: true, create_organizations: false, progress: null, report: null, error: null, ...more,
  });
  const answer = (status: number, body: unknown): Response =>
    new Response(JSON.stringify(body), {
      status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  afterEach(() => {
    vitest.unstubAllGlobals();
    vitest.useRealTimers();
  });

  async function play(answers: (() => Response)[], dryRun = true) {
    vitest.useFakeTimers();
    const asked: { path: string; init: RequestInit }[] = [];
    vitest.stubGlobal('fetch', (path: string, init: RequestInit) => {
      asked.push({ path, init });
      const next = answers.shift();
      return next ? Promise.resolve(next()) : Promise.reject(new TypeError('offline'));
    });
    const work = new ImportRun();
    await work.start('1', new Blob(['x']), 'a.xlsx', dryRun, true);
    return { work, asked };
  }

  it('hands in the file and looks until the report is there', async () => {
    const { work, asked } = await play([
      () => answer(202, run('queued')), () => answer(200, run('running')), () => answer(200, run('done', { report })),
    ]);
    expect(work.state.phase).toBe('running');
    await vitest.advanceTimersByTimeAsync(3_000);
    expect(work.state.phase).toBe('ended');
    expect(work.state.run?.report).toEqual(report);
    const body = asked[0]?.init.body as FormData;
    expect([body.get('dry_run'), body.get('create_organizations')]).toEqual(['true', 'true']);
    expect(asked[1]?.path).toBe('/api/roster-imports/5');
    work.stop();
  });
  it('waits through a lost network', async () => {
    const lost = (): Response => {
      throw new TypeError('offline');
    };
    const { work } = await play([() => answer(202, run('queued')), lost, () => answer(200, run('done', { report }))]);
    await vitest.advanceTimersByTimeAsync(1_000);
    expect([work.state.phase, work.state.offline]).toEqual(['running', true]);
    await vitest.advanceTimersByTimeAsync(4_000);
    expect([work.state.phase, work.state.offline]).toEqual(['ended', false]);
  });
  it('says why the file was refused and lets another be chosen', async () => {
    const problem = { status: 422, code: 'unsupported_file_type', errors: [{ pointer: '/file', code: 'old_format' }] };
    const { work } = await play([() => answer(422, problem)]);
    expect(work.state.phase).toBe('choose');
    expect(work.state.error).toEqual({ code: 'unsupported_file_type', reason: 'old_format' });
  });
  it('says why the job could not read it', async () => {
    const { work } = await play([
      () => answer(202, run('queued')), () => answer(200, run('failed', { error: { code: 'no_header', message: '' } })),
    ]);
    await vitest.advanceTimersByTimeAsync(1_000);
    expect(work.state.phase).toBe('choose');
    expect(work.state.error).toEqual({ code: 'no_header' });
  });
  it('asks no more once it was left', async () => {
    const { work, asked } = await play([() => answer(202, run('queued'))]);
    work.stop();
    await vitest.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(1);
  });
});
