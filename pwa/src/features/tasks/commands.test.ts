import { describe, expect, it } from 'vitest';
import type { Task, TaskUpdate } from '$api/shapes';
import { reported } from './commands';

const task: Task = {
  id: '1', title: 'Rà soát hồ sơ', due_on: null, assignees: [], state: 'open', mine: true, percent: 20, updates: [],
  can: ['progress', 'done', 'not_done'], etag: '1-1',
};
const update: TaskUpdate = { key: 'k', kind: 'progress', text: '', percent: null, at: '2026-12-01T00:00:00Z', full_name: null };

describe('a report that is on its way', () => {
  it('shows progress and lets more follow', () => {
    const after = reported(task, { kind: 'progress', text: 'Đã xem', percent: 60 }, update);
    expect([after.state, after.percent, after.can]).toEqual(['open', 60, ['progress', 'done', 'not_done']]);
    expect(reported(task, { kind: 'progress', text: 'Đã xem', percent: null }, update).percent).toBe(20);
  });

  it('ends the task, and nothing follows until the server has answered', () => {
    const done = reported(task, { kind: 'done', text: '', percent: null }, update);
    expect([done.state, done.percent, done.can, done.updates?.length]).toEqual(['done', 100, [], 1]);
    const not = reported(task, { kind: 'not_done', text: 'Chưa có kinh phí', percent: null }, update);
    expect([not.state, not.reason]).toEqual(['not_done', 'Chưa có kinh phí']);
  });
});
