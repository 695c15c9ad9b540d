import type { IconName } from './icons';

export type { IconName };

/** What a colour may say; every use also carries an icon and words. */
export type Tone = 'neutral' | 'good' | 'warn' | 'bad';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

export interface Option {
  value: string;
  label: string;
  /** A second, smaller line under the label. */
  detail?: string | undefined;
  disabled?: boolean | undefined;
}

export interface NavItem {
  href: string;
  label: string;
  icon: IconName;
  /** Shown as a small count; 0 and undefined show nothing. */
  count?: number | undefined;
  /** What the count says to a screen reader, e.g. "2 việc mới". */
  countLabel?: string | undefined;
}

export interface Step {
  label: string;
  state: 'done' | 'current' | 'todo';
  /** A short second line, e.g. a date. */
  note?: string | undefined;
}

export interface Fact {
  label: string;
  value: string;
  icon?: IconName | undefined;
}

export interface FileEntry {
  id: string;
  name: string;
  /** Size, state or the like, already in words. */
  detail?: string | undefined;
  /** 0 to 1 while it is being sent. */
  progress?: number | undefined;
  error?: string | undefined;
}

export interface Column<Row> {
  key: string;
  label: string;
  /** Text of a cell when no `cell` snippet is given; also the sort key unless `sortValue` is there. */
  value: (row: Row) => string | number | null;
  sortValue?: ((row: Row) => string | number | null) | undefined;
  sortable?: boolean | undefined;
  /** Numbers stand at the end of their cell. */
  align?: 'start' | 'end' | undefined;
  /** The cell that names its row; exactly one column should have it. */
  rowHeader?: boolean | undefined;
}

export interface Sort {
  key: string;
  descending: boolean;
}

/** Icon of each tone where none is given. */
export const toneIcons: Record<Tone, IconName> = {
  neutral: 'info',
  good: 'check-circle',
  warn: 'warning',
  bad: 'warning',
};
