/**
 * Compares the shapes that screens use with the ones generated from openapi.json (`npm run types`). Where the API no
 * longer gives what a shape promises, `npm run check` fails here. Types only: nothing of this is built.
 */
import type { components } from './schema';
import type * as ballots from './ballot-shapes';
import type * as prepare from './prepare-shapes';
import type * as minutes from './minutes-shapes';
import type * as shapes from './shapes';

type Schemas = components['schemas'];
/** Every value that the API may give is one that the screens expect. */
type Fits<Given extends Expected, Expected> = Given;
/** Fields that the document leaves open (`unknown`, any string) while the screens know more of them. */
type Open = 'member_counts' | 'schedule' | 'params' | 'status' | 'organizations' | 'items';
type Rest<T> = Omit<T, Open>;

export type Contract = [
  Fits<Rest<Schemas['Organization']>, Rest<shapes.Organization>>,
  Fits<Schemas['Office'], shapes.Office>,
  Fits<Schemas['Member'], shapes.Member>,
  Fits<Schemas['SessionOut'], shapes.Session>,
  Fits<Schemas['DeviceOut'], shapes.DeviceSession>,
  Fits<Schemas['AgendaItem'], shapes.AgendaItem>,
  Fits<Schemas['Paper'], shapes.Paper>,
  Fits<Schemas['Counts'], shapes.Counts>,
  Fits<Schemas['Meeting'], shapes.Meeting>,
  Fits<Schemas['OwnAttendance'], shapes.OwnAttendance>,
  Fits<Rest<Schemas['RollItem']>, Rest<shapes.RollItem>>,
  Fits<Rest<Schemas['Roll']>, Rest<shapes.Roll>>,
  Fits<Schemas['AbsenceRequest'], shapes.AbsenceRequest>,
  Fits<Schemas['Task'], shapes.Task>,
  Fits<Schemas['Resolution'], shapes.Resolution>,
  Fits<Schemas['Notice'], shapes.Notice>,
  Fits<Schemas['AccessLogEntry'], shapes.AccessLogEntry>,
  Fits<Schemas['CheckInKey'], shapes.CheckInKey>,
  Fits<Rest<Schemas['Changes']>, Rest<shapes.SyncChanges>>,
  Fits<Omit<Schemas['Sync'], 'changes'>, Omit<shapes.SyncPage, 'changes'>>,
  Fits<Schemas['Problem'], shapes.Problem>,
  Fits<Schemas['Opinion'], prepare.Opinion>,
  Fits<Omit<Schemas['Opinions'], Open>, Omit<prepare.Opinions, Open>>,
  Fits<Schemas['CalendarFeed'], prepare.CalendarFeed>,
  Fits<Omit<Schemas['Ballot'], Open>, Omit<ballots.Ballot, Open>>,
  Fits<Schemas['BallotResult'], ballots.BallotResult>,
  Fits<Schemas['Minutes'], minutes.Minutes>,
  Fits<Schemas['BoxVote'], ballots.BoxVote>,
];
