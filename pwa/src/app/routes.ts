import type { Component } from 'svelte';
import type { ScreenProps } from './router.svelte';

/** The item of the tab bar under which a page lies. */
export type Tab = '/' | '/meetings' | '/documents' | '/me' | '/chapter' | '/staff';

export interface Route {
  /** `:name` matches one part of the path. */
  path: string;
  tab?: Tab;
  /** Open without a login. */
  open?: boolean;
  load: () => Promise<{ default: Component<ScreenProps> | Component<Record<string, never>> }>;
}

/** Every page of the app, one line each; the first that fits is taken. A feature is loaded when it is first opened. */
export const routes: readonly Route[] = [
  { path: '/', tab: '/', load: () => import('$features/today/TodayScreen.svelte') },
  { path: '/login', open: true, load: () => import('$features/login/LoginScreen.svelte') },
  { path: '/activate', open: true, load: () => import('$features/activate/ActivateScreen.svelte') },

  { path: '/meetings', tab: '/meetings', load: () => import('$features/meetings/MeetingsScreen.svelte') },
  { path: '/meetings/:id', tab: '/meetings', load: () => import('$features/meeting/MeetingScreen.svelte') },
  { path: '/meetings/:id/absence', tab: '/meetings', load: () => import('$features/meeting/AbsenceScreen.svelte') },
  { path: '/meetings/:id/ballots', tab: '/meetings', load: () => import('$features/ballots/VoteScreen.svelte') },
  { path: '/meetings/:id/minutes', tab: '/meetings', load: () => import('$features/minutes/MinutesScreen.svelte') },
  { path: '/m/:id', tab: '/meetings', load: () => import('$features/meeting/MeetingScreen.svelte') },
  { path: '/meetings/:id/opinions', tab: '/meetings', load: () => import('$features/opinions/OpinionsScreen.svelte') },
  { path: '/conference/:id', tab: '/meetings', load: () => import('$features/conference/SitesScreen.svelte') },
  { path: '/conference/:id/import', tab: '/meetings', load: () => import('$features/conference/ImportScreen.svelte') },
  { path: '/conference/:id/roll', tab: '/meetings', load: () => import('$features/conference/RollScreen.svelte') },
  { path: '/conference/:id/sites/:site', tab: '/meetings', load: () => import('$features/conference/SiteScreen.svelte') },
  { path: '/conference/:id/host/:site', tab: '/meetings', load: () => import('$features/conference/HostScreen.svelte') },
  { path: '/papers/:id', tab: '/meetings', load: () => import('$features/papers/PaperScreen.svelte') },
  { path: '/check-in', tab: '/', load: () => import('$features/check-in/ScanScreen.svelte') },
  { path: '/c/:id', open: true, load: () => import('$features/check-in/CheckInLinkScreen.svelte') },

  { path: '/documents', tab: '/documents', load: () => import('$features/resolutions/DocumentsScreen.svelte') },
  { path: '/resolutions/:id', tab: '/documents', load: () => import('$features/resolutions/ResolutionScreen.svelte') },

  { path: '/tasks/:id', tab: '/me', load: () => import('$features/tasks/TaskScreen.svelte') },
  { path: '/meetings/:id/score', tab: '/meetings', load: () => import('$features/scores/ScoreScreen.svelte') },

  { path: '/notices', tab: '/', load: () => import('$features/notices/NoticesScreen.svelte') },
  { path: '/me', tab: '/me', load: () => import('$features/me/MeScreen.svelte') },
  { path: '/me/record', tab: '/me', load: () => import('$features/me/RecordScreen.svelte') },
  { path: '/me/attendance', tab: '/me', load: () => import('$features/me/AttendanceScreen.svelte') },
  { path: '/me/tasks', tab: '/me', load: () => import('$features/me/TasksScreen.svelte') },
  { path: '/me/access-log', tab: '/me', load: () => import('$features/me/AccessLogScreen.svelte') },
  { path: '/me/outbox', tab: '/me', load: () => import('$features/settings/OutboxScreen.svelte') },
  { path: '/me/display', tab: '/me', load: () => import('$features/settings/DisplayScreen.svelte') },
  { path: '/me/notifications', tab: '/me', load: () => import('$features/settings/NotificationsScreen.svelte') },
  { path: '/me/devices', tab: '/me', load: () => import('$features/settings/DevicesScreen.svelte') },
  { path: '/me/calendar', tab: '/me', load: () => import('$features/settings/CalendarScreen.svelte') },
  { path: '/me/password', tab: '/me', load: () => import('$features/settings/PasswordScreen.svelte') },
  { path: '/me/logout', tab: '/me', load: () => import('$features/settings/LogOutScreen.svelte') },

  { path: '/staff', tab: '/staff', load: () => import('$features/staff/StaffScreen.svelte') },
  { path: '/staff/organizations/:id', tab: '/staff', load: () => import('$features/staff/StaffScreen.svelte') },
  { path: '/staff/meetings/:id', tab: '/staff', load: () => import('$features/staff/StaffMeetingScreen.svelte') },
  { path: '/staff/organizations/:id/members', tab: '/staff', load: () => import('$features/staff/members/MembersScreen.svelte') },
  { path: '/staff/members/:id', tab: '/staff', load: () => import('$features/staff/members/MemberScreen.svelte') },
  { path: '/staff/organizations/:id/import', tab: '/staff', load: () => import('$features/staff/import/ImportScreen.svelte') },
  { path: '/staff/organizations/:id/activation', tab: '/staff', load: () => import('$features/staff/sheets/SheetsScreen.svelte') },
  { path: '/staff/organizations/:id/settings', tab: '/staff', load: () => import('$features/staff/rules/SettingsScreen.svelte') },
  { path: '/staff/organizations/:id/deliveries', tab: '/staff', load: () => import('$features/staff/deliveries/DeliveriesScreen.svelte') },
  { path: '/staff/organizations/:id/agendas', tab: '/staff', load: () => import('$features/meeting-edit/TemplatesScreen.svelte') },
  { path: '/staff/organizations/:id/tasks', tab: '/staff', load: () => import('$features/staff/tasks/TasksScreen.svelte') },
  { path: '/staff/organizations/:id/score-sheet', tab: '/staff', load: () => import('$features/staff/scores/SheetScreen.svelte') },

  { path: '/chapter', tab: '/chapter', load: () => import('$features/chapter/ChapterScreen.svelte') },
  { path: '/chapter/members', tab: '/chapter', load: () => import('$features/chapter/MembersScreen.svelte') },
  { path: '/chapter/schedule/:id', tab: '/chapter', load: () => import('$features/prepare/ScheduleScreen.svelte') },
  { path: '/chapter/agendas/:id', tab: '/chapter', load: () => import('$features/meeting-edit/TemplatesScreen.svelte') },
  { path: '/chapter/meetings/new', tab: '/chapter', load: () => import('$features/meeting-edit/NewMeetingScreen.svelte') },
  { path: '/chapter/meetings/:id/opinions', tab: '/chapter', load: () => import('$features/opinions/SortScreen.svelte') },
  { path: '/chapter/meetings/:id', tab: '/chapter', load: () => import('$features/chapter/ManageScreen.svelte') },
  { path: '/chapter/meetings/:id/reminders', tab: '/chapter', load: () => import('$features/chapter/RemindersScreen.svelte') },
  { path: '/chapter/meetings/:id/edit', tab: '/chapter', load: () => import('$features/meeting-edit/EditMeetingScreen.svelte') },
  { path: '/chapter/meetings/:id/room', tab: '/chapter', load: () => import('$features/room/RoomScreen.svelte') },
  { path: '/chapter/meetings/:id/sheet', tab: '/chapter', load: () => import('$features/roll/SheetScreen.svelte') },
  { path: '/chapter/meetings/:id/scan', tab: '/chapter', load: () => import('$features/reverse-scan/ReverseScanScreen.svelte') },
  { path: '/chapter/meetings/:id/ballots', tab: '/chapter', load: () => import('$features/ballots/manage/BallotsScreen.svelte') },
  { path: '/chapter/meetings/:id/minutes', tab: '/chapter', load: () => import('$features/minutes/MinutesEditScreen.svelte') },
  { path: '/chapter/meetings/:id/minutes/read', tab: '/chapter', load: () => import('$features/minutes/ReadBackScreen.svelte') },
  { path: '/chapter/meetings/:id/resolution', tab: '/chapter', load: () => import('$features/chapter/ResolutionEditScreen.svelte') },
  { path: '/chapter/meetings/:id/score', tab: '/chapter', load: () => import('$features/chapter/ScoreScreen.svelte') },
  { path: '/chapter/resolutions/:resolution', tab: '/chapter', load: () => import('$features/chapter/ResolutionEditScreen.svelte') },
  { path: '/chapter/tasks', tab: '/chapter', load: () => import('$features/chapter/TasksScreen.svelte') },

  { path: '/404', open: true, load: () => import('./NotFoundScreen.svelte') },
];
