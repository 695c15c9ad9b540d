import { beforeEach, expect, test } from 'vitest';
import { write } from '$db/database';
import { acceptSession } from '$sync/account';
import { meeting, session } from '../../../tests/samples';
import { empty, json, serve } from '../../../tests/server';
import { fetchCells } from './ahead';

const past = meeting({ state: 'finalized', starts_at: new Date(Date.now() - 20 * 86_400_000).toISOString() });

beforeEach(() => acceptSession(session()));

test('minutes that there are not are not asked for at every start, until the meeting changes', async () => {
  const log = serve(({ path }) => (path.endsWith('/minutes') ? empty() : json({ items: [] })));
  const asked = (): number => log.filter(({ path }) => path.endsWith('/minutes')).length;
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(past));
  for (let start = 0; start < 3; start++) await fetchCells(['12']);
  expect(asked()).toBe(1);
  await write(['meetings'], (tx) => tx.objectStore('meetings').put({ ...past, etag: '"2"' }));
  await fetchCells(['12']);
  expect(asked()).toBe(2);
});
