import type { Id } from '$api/shapes';

export type SettingValue = number | boolean | string | number[];

/** One setting as it is in force at an organisation. */
export interface Setting {
  name: string;
  group: 'meetings' | 'attendance' | 'votes' | 'records' | 'score' | 'cell';
  type: 'integer' | 'boolean' | 'fraction' | 'integers' | 'text';
  unit: string | null;
  value: SettingValue;
  default: SettingValue;
  /** The organisation sets it itself. */
  own: boolean;
  /** What holds without that, and who sets it; null: nobody, the default holds. */
  inherited_value: SettingValue;
  inherited_from: { organization_id: Id; name: string } | null;
  bounds: { min?: number; max?: number; at_most?: number; choices?: string[] };
  etag: string;
}

export interface Settings {
  organization_id: Id;
  can_write: boolean;
  items: Setting[];
}

/** One change; `value` null: from then on as the organisation above had it. */
export interface SettingChange {
  value: SettingValue | null;
  set_at: string;
  set_by: string | null;
}
