import type { Id, Meeting, MeetingKind } from '$api/shapes';
import { leastMinutes, meetingDays, type InForce } from '$db/rules';
import { monthKey, timeOf } from '$i18n';
import { formOf, lineOf, type MeetingForm } from './form';
import { templateAgenda, templateTitle } from './template';
import { addDays, dateIn, plusMinutes, retitle, usualDays } from './times';

const START = '19:30';

export interface Start {
  form: MeetingForm;
  /** The meeting whose pattern it follows; null for the template. */
  from: Meeting | null;
  /** Days offered as chips. */
  days: string[];
}

/** The latest meeting of this kind that was held or convened: what next month's is made after. */
export function latestOf(meetings: readonly Meeting[], cell: Id, kind: MeetingKind): Meeting | null {
  return meetings
    .filter((one) => one.organization_id === cell && one.kind === kind && one.state !== 'cancelled' && one.state !== 'draft')
    .reduce<Meeting | null>((last, one) => (last && last.starts_at >= one.starts_at ? last : one), null);
}

/** Months in which the cell has a regular meeting already. */
function takenMonths(meetings: readonly Meeting[], cell: Id, kind: MeetingKind): Set<string> {
  if (kind !== 'regular') return new Set();
  return new Set(
    meetings
      .filter((one) => one.organization_id === cell && one.kind === kind && one.state !== 'cancelled')
      .map((one) => monthKey(one.starts_at, one.timezone)),
  );
}

/** The day of the month of `date`, in the month of `month`, when there is such a day and it is ahead. */
function sameDay(date: string, month: string, today: string): string | null {
  const day = month.slice(0, 8) + date.slice(8);
  const moment = new Date(`${day}T12:00:00Z`);
  // Browsers differ in what they make of 30 February: another day, or none at all.
  const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 10) === day;
  return exists && day > today ? day : null;
}

/**
 * A new meeting with everything filled in: after the last one of its kind, else from the template. "A cell meets at least
 * monthly, on a day the committee sets": the day of the last meeting is proposed where it is one of those (as the server
 * does, `start_on_usual_day`), and is offered beside them otherwise.
 */
export function startMeeting(meetings: readonly Meeting[], cell: Id, kind: MeetingKind, zone: string, now: Date, inForce: InForce, inCell = true): Start {
  const today = dateIn(now.toISOString(), zone);
  const from = latestOf(meetings, cell, kind) ?? null;
  const days = usualDays(today, takenMonths(meetings, cell, kind), meetingDays(inForce));
  if (!from) {
    const date = days[0] ?? addDays(today, 7);
    const like = latestOf(meetings, cell, 'regular');
    return {
      from, days,
      form: {
        kind, title: templateTitle(kind, date, inCell), date, start: like ? timeOf(like.starts_at, zone) : START,
        end: like ? timeOf(like.ends_at, zone) : (plusMinutes(START, leastMinutes(inForce)) ?? START), days: 0, place: like?.place ?? '', online_url: '',
        agenda: (inForce.templates[kind] ?? templateAgenda(kind)).map((entry) => lineOf(entry, false)),
      },
    };
  }
  const like = formOf(from);
  const own = sameDay(like.date, days[0] ?? today, today);
  const asSet = !inCell || kind !== 'regular' || own === null || days.includes(own);
  const date = (asSet ? own : null) ?? days[0] ?? addDays(today, 7);
  return {
    from, days: own && !days.includes(own) ? [...days, own].sort() : days,
    form: { ...like, date, title: retitle(like.title, date), agenda: from.agenda.filter((item) => !item.key).map((item) => lineOf(item, false)) },
  };
}
