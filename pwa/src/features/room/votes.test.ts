import { describe, expect, it } from 'vitest';
import type { Ballot } from '$api/ballot-shapes';
import type { Resolution } from '$api/shapes';
import { passes, required } from '$features/ballots/rules';
import type { StoredEntry } from '$db/schema';
import { foldRoom, subjectOf, type HandVote, type RoomEntry } from '$sync/room';
import { alikeOf, countedVotes, inForceBy, kindAt, nameOfVote, putOf, reservedError, takenOut, written } from './votes';

const TITLE = 'Thông qua nghị quyết';

function vote(agree: number, changes: Partial<HandVote> = {}): HandVote {
  return { title: TITLE, kind: 'resolution', agenda_item_id: null, agree, disagree: 0, other: 0, denominator: 20, reserved: [], ...changes };
}
function entry(id: string, ballot: HandVote, minute: number, base: string | null = null): StoredEntry {
  return {
    id, meeting_id: '5', kind: 'hand_vote', subject: subjectOf('hand_vote', { ballot }), data: { ballot }, base,
    at: new Date(Date.UTC(2026, 11, 5, 13, minute)).toISOString(), device_id: 'A', sequence: minute, outcome: 'applied', code: null, flags: [], recorded_by: '7',
  };
}
function bookOf(entries: StoredEntry[], refused: StoredEntry[] = []) {
  const read = entries.filter((one) => !refused.includes(one)).map((one) => ({ ...one, at: Date.parse(one.at) }) as RoomEntry);
  return { room: foldRoom(read), entries: new Map(entries.map((one) => [one.id, one])), refused };
}
function ballot(agree: number, changes: Partial<Ballot> = {}): Ballot {
  return {
    id: '9', key: 'k', meeting_id: '5', agenda_item_id: null, resolution_id: null, resolution: null, title: ` thông qua  Nghị quyết`, kind: 'resolution',
    method: 'hand', state: 'closed', opened_at: null, casting_since: null, closed_at: null, public_key: null,
    mine: { has_vote: true, may_vote: false, choice: null, paper_taken: false }, progress: null,
    result: {
      agree, disagree: 0, other: 0, denominator: 20, voters_present: 20, required: 14, majority_share: '2/3', majority_at_least: false,
      not_voted: 20 - agree, passed: false, faults: [], papers: null, quorum: null, room_denominator: null, count_confirmed: false, hands: null, flags: [],
    },
    reserved: [], corrections: [], can: [], etag: '', ...changes,
  };
}

describe('votes by hands', () => {
  it('are decided by the majority of the organisation until one is frozen with the result', () => {
    const book = bookOf([entry('a', vote(12), 1)]);
    const [seen] = countedVotes(book, [], { resolution: '3/5' });
    expect([seen && required(seen.of, seen.majority), seen && passes(12, seen.of, seen.majority)]).toEqual([13, false]);
    const [frozen] = countedVotes(book, [ballot(12)], { resolution: '1/2' });
    expect(frozen && required(frozen.of, frozen.majority)).toBe(14);
  });

  it('rest on who was in the room when they were written down, whoever came afterwards, until they are frozen', () => {
    const book = bookOf([entry('a', vote(2), 10)]);
    const came = (minute: number) => ({ status: 'official' as const, state: 'late' as const, arrived_at: new Date(Date.UTC(2026, 11, 5, 13, minute)).toISOString() });
    const there = { status: 'official' as const, state: 'present' as const };
    const rows = [there, there, came(5), came(11), { ...came(11), status: 'exempt' as const }];
    const [seen] = countedVotes(book, [], {}, { rows, closedAt: null, required: 4 });
    expect([seen?.present, seen?.noQuorum, seen?.more]).toEqual([3, true, false]);
    const [before] = countedVotes(bookOf([entry('a', vote(2), 12)]), [], {}, { rows, closedAt: null, required: 4 });
    expect([before?.present, before?.noQuorum]).toEqual([5, false]);
    const [after] = countedVotes(bookOf([entry('a', vote(2), 12)]), [], {}, { rows, closedAt: '2026-12-05T13:10:00Z', required: 4 });
    expect([after?.present, after?.noQuorum]).toEqual([3, true]);
    const quorum = { required: 14, present: 20, reached: true };
    const frozen = ballot(12);
    const [told] = countedVotes(book, [{ ...frozen, result: frozen.result && { ...frozen.result, quorum } }], {}, { rows, closedAt: null, required: 4 });
    expect([told?.present, told?.noQuorum]).toEqual([20, false]);
  });

  it('keep the denominator that the room counted, else the one that was frozen', () => {
    expect(countedVotes(bookOf([entry('a', vote(12, { denominator: 21 }), 1)]), [ballot(12)], {})[0]?.of).toBe(21);
    expect(countedVotes(bookOf([entry('a', vote(12, { denominator: null }), 1)]), [ballot(12)], {})[0]?.of).toBe(20);
  });

  it('show every count that stood before, and by whom, but none that was refused', () => {
    const refused = entry('c', vote(15), 3, 'b');
    const book = bookOf([entry('a', vote(12), 1), entry('b', vote(13), 2, 'a'), refused], [refused]);
    const [seen] = countedVotes(book, [], {});
    expect(seen?.vote.agree).toBe(13);
    expect(seen?.earlier.map(({ agree, by }) => [agree, by])).toEqual([[12, '7']]);
  });

  it('tell what two devices counted differently from what was corrected, before it is settled and after', () => {
    const theirs: StoredEntry = { ...entry('b', vote(13), 2), device_id: 'B' };
    const [open] = countedVotes(bookOf([entry('a', vote(12), 1), theirs]), [], {});
    expect([open?.vote.agree, open?.earlier.map(({ agree, how }) => [agree, how])]).toEqual([13, [[12, 'differs']]]);
    const { subject } = theirs;
    const chosen: StoredEntry = { ...entry('s', vote(12), 3), kind: 'settle', subject, data: { subject, chosen: 'a', instead_of: ['b'] } };
    const [settled] = countedVotes(bookOf([entry('a', vote(12), 1), theirs, chosen]), [], {});
    expect([settled?.vote.agree, settled?.earlier.map(({ agree, how }) => [agree, how])]).toEqual([12, [[13, 'settled']]]);
    const told = [{ agree: 13, disagree: 0, other: 0, denominator: 20, corrected_at: '2026-12-05T13:02:00Z', differed: true }];
    expect(countedVotes(bookOf([]), [ballot(12, { corrections: told })], {})[0]?.earlier.map(({ how }) => how)).toEqual(['settled']);
  });

  it('are one vote when they were counted with a network and corrected in the book', () => {
    const corrections = [{ agree: 11, disagree: 0, other: 0, denominator: 20, corrected_at: '2026-12-05T13:02:00Z' }];
    const seen = countedVotes(bookOf([entry('a', vote(12), 2)]), [ballot(12, { corrections })], {});
    expect(seen.map((one) => [one.vote.agree, one.earlier.map((before) => before.agree)])).toEqual([[12, [11]]]);
  });

  it('are listed when only the server knows them, other ways of voting not', () => {
    const seen = countedVotes(bookOf([]), [ballot(12), ballot(3, { method: 'phone' }), ballot(4, { state: 'withdrawn', title: 'x' })], {});
    expect(seen.map((one) => one.vote.agree)).toEqual([12]);
  });
});

describe('a vote that was taken out', () => {
  const out = (id: string, minute: number, base: string): StoredEntry => {
    const made = entry(id, vote(12), minute, base);
    return { ...made, data: { ...made.data, withdrawn: 'Ghi hai lần' } };
  };

  it('is told apart with the reason, whatever this phone still knows of the server', () => {
    const book = bookOf([entry('a', vote(12), 1), out('b', 3, 'a')]);
    const stale = ballot(12, { closed_at: '2026-12-05T13:01:00Z' });
    const votes = countedVotes(book, [stale], {});
    expect(votes).toEqual([]);
    expect(takenOut(book, votes)).toMatchObject([{ reason: 'Ghi hai lần', by: '7', device: 'A', vote: { agree: 12 } }]);
  });

  it('counts again when it is put back, or when the question is voted on anew', () => {
    const again = bookOf([entry('a', vote(12), 1), out('b', 3, 'a'), entry('c', vote(12), 4, 'b')]);
    expect([countedVotes(again, [], {}).length, takenOut(again, countedVotes(again, [], {}))]).toEqual([1, []]);
    const book = bookOf([entry('a', vote(12), 1), out('b', 3, 'a')]);
    const anew = countedVotes(book, [ballot(15, { closed_at: '2026-12-05T13:20:00Z' })], {});
    expect([anew.map((one) => one.vote.agree), takenOut(book, anew)]).toEqual([[15], []]);
  });
});

describe('the name of a vote', () => {
  it('tells the item where that says more, and is alike under another item or none', () => {
    expect(nameOfVote(TITLE, null)).toBe(TITLE);
    expect(nameOfVote(TITLE, 'Biểu quyết thông qua nghị quyết')).toBe(TITLE);
    expect(nameOfVote(TITLE, 'Bàn nhiệm vụ')).toBe('Thông qua nghị quyết: Bàn nhiệm vụ');
    expect(nameOfVote(TITLE, 'x'.repeat(300))).toHaveLength(300);
    const known = countedVotes(bookOf([entry('a', vote(12, { title: nameOfVote(TITLE, 'Bàn nhiệm vụ'), agenda_item_id: '3' }), 1)]), [], {});
    const asked = { title: 'thong qua NGHI QUYET', kind: 'resolution', agenda_item_id: null } as const;
    expect(alikeOf(asked, known).map((one) => one.vote.agree)).toEqual([12]);
    expect(alikeOf({ ...asked, kind: 'other' }, known)).toEqual([]);
    expect(alikeOf({ ...asked, papers: { given_out: 1, returned: 1, valid: 1, invalid: 0 } }, known)).toEqual([]);
    expect(alikeOf({ ...asked, ...known[0]?.vote }, known)).toEqual([]);
  });
});

describe('reserved opinions', () => {
  it('have a member and a text each, and an empty line is none', () => {
    expect(reservedError([{ member_id: '', text: ' ' }])).toBeNull();
    expect(reservedError([{ member_id: '1', text: ' ' }])).toBe('incomplete');
    expect(reservedError([{ member_id: '', text: 'Ý khác' }])).toBe('incomplete');
    expect(reservedError([{ member_id: '1', text: 'a' }, { member_id: '1', text: 'b' }])).toBe('twice');
    expect(written([{ member_id: '1', text: ' a ' }, { member_id: '', text: '' }])).toEqual([{ member_id: '1', text: 'a' }]);
  });
});

describe('a vote on a draft', () => {
  const put = { symbol: '09-NQ/CB', title: 'A', content_hash: 'aa' };
  it('says what this phone knows the draft to say, and nothing of one whose text the server has not named', () => {
    expect(putOf(put)).toEqual({ put });
    expect([putOf({ symbol: '09-NQ/CB', title: 'A' }), putOf(null)]).toEqual([{}, {}]);
    const which = { type: 'resolution', term: '2025-2030' };
    const old = { id: '3', symbol: '01-NQ/CB', title: 'B', issued_on: null };
    expect(putOf({ ...put, ...which, supersedes: old })).toEqual({ put: { ...put, form: { ...which, supersedes_id: '3' } } });
    expect(putOf({ ...put, ...which, supersedes: null }).put?.form?.supersedes_id).toBeNull();
  });
  it('is called as the draft was called then', () => {
    const named = (ballots: Ballot[], changes: Partial<HandVote> = {}) => countedVotes(bookOf([entry('a', vote(12, changes), 1)]), ballots, {})[0]?.symbol;
    expect(named([], { put })).toBe('09-NQ/CB');
    expect(named([ballot(12, { resolution: { symbol: '08-NQ/CB', title: 'B' } })], { put })).toBe('08-NQ/CB');
    expect(named([])).toBeNull();
  });
  it('is known for the one by which a resolution is in force', () => {
    const rows = [{ id: '1', meeting_id: '5', state: 'draft' }, { id: '2', meeting_id: '5', state: 'issued' }, { id: '3', meeting_id: '6', state: 'issued' }] as Resolution[];
    const by = (changes: Partial<HandVote>) => inForceBy(vote(12, changes), '5', rows)?.id ?? null;
    expect([by({ resolution_id: '2' }), by({}), by({ resolution_id: '1' }), by({ resolution_id: '3' }), by({ kind: 'other' })]).toEqual(['2', '2', null, null, null]);
  });
});

describe('what is voted on', () => {
  it('is what the item says, and asked where it does not say it', () => {
    expect(['Biểu quyết thông qua nghị quyết', 'Thông qua nghị quyết đại hội', null].map(kindAt)).toEqual(['resolution', 'resolution', 'resolution']);
    expect(kindAt('Xét kết nạp đảng viên, công nhận đảng viên chính thức (nếu có)')).toBe('admission');
    expect(kindAt('Công nhận đảng viên chính thức')).toBe('recognition');
    expect(['Cử người ghi biên bản', 'Kiểm điểm việc thực hiện nghị quyết tháng trước', 'Thảo luận'].map(kindAt)).toEqual(['', '', '']);
  });
});
