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
  load: () => Promise<Component<ScreenProps> | Component<Record<string, never>>>;
}

/* What is opened together is fetched together: forty small files for a screen are forty requests before it stands. */
const member = () => import('./bundles/member');
const own = () => import('./bundles/own');
const acts = () => import('./bundles/acts');
const room = () => import('./bundles/room');
const minutes = () => import('./bundles/minutes');
const chapter = () => import('./bundles/chapter');
const preparing = () => import('./bundles/preparing');
const results = () => import('./bundles/results');
const staff = () => import('./bundles/staff');
const management = () => import('./bundles/management');
const conference = () => import('./bundles/conference');

/** Every page of the app, one line each; the first that fits is taken. A bundle is loaded when one of its screens is first opened. */
export const routes: readonly Route[] = [
  { path: '/', tab: '/', load: async () => (await member()).TodayScreen },
  { path: '/login', open: true, load: async () => (await import('$features/login/LoginScreen.svelte')).default },
  { path: '/activate', open: true, load: async () => (await import('$features/activate/ActivateScreen.svelte')).default },

  { path: '/meetings', tab: '/meetings', load: async () => (await member()).MeetingsScreen },
  { path: '/meetings/:id', tab: '/meetings', load: async () => (await member()).MeetingScreen },
  { path: '/meetings/:id/absence', tab: '/meetings', load: async () => (await member()).AbsenceScreen },
  { path: '/meetings/:id/ballots', tab: '/meetings', load: async () => (await acts()).VoteScreen },
  { path: '/meetings/:id/minutes', tab: '/meetings', load: async () => (await acts()).MinutesScreen },
  { path: '/m/:id', tab: '/meetings', load: async () => (await member()).MeetingScreen },
  { path: '/meetings/:id/opinions', tab: '/meetings', load: async () => (await acts()).OpinionsScreen },
  { path: '/conference/:id', tab: '/meetings', load: async () => (await conference()).SitesScreen },
  { path: '/conference/:id/import', tab: '/meetings', load: async () => (await conference()).DelegateImportScreen },
  { path: '/conference/:id/roll', tab: '/meetings', load: async () => (await conference()).RollScreen },
  { path: '/conference/:id/sites/:site', tab: '/meetings', load: async () => (await conference()).SiteScreen },
  { path: '/conference/:id/host/:site', tab: '/meetings', load: async () => (await conference()).HostScreen },
  { path: '/papers/:id', tab: '/meetings', load: async () => (await member()).PaperScreen },
  { path: '/check-in', tab: '/', load: async () => (await member()).ScanScreen },
  { path: '/c/:id', open: true, load: async () => (await member()).CheckInLinkScreen },

  { path: '/documents', tab: '/documents', load: async () => (await own()).DocumentsScreen },
  { path: '/resolutions/:id', tab: '/documents', load: async () => (await own()).ResolutionScreen },

  { path: '/tasks/:id', tab: '/me', load: async () => (await acts()).TaskScreen },
  { path: '/meetings/:id/score', tab: '/meetings', load: async () => (await acts()).ScoreScreen },

  { path: '/notices', tab: '/', load: async () => (await member()).NoticesScreen },
  { path: '/me', tab: '/me', load: async () => (await own()).MeScreen },
  { path: '/me/record', tab: '/me', load: async () => (await own()).RecordScreen },
  { path: '/me/attendance', tab: '/me', load: async () => (await own()).AttendanceScreen },
  { path: '/me/tasks', tab: '/me', load: async () => (await own()).OwnTasksScreen },
  { path: '/me/access-log', tab: '/me', load: async () => (await own()).AccessLogScreen },
  { path: '/me/outbox', tab: '/me', load: async () => (await own()).OutboxScreen },
  { path: '/me/display', tab: '/me', load: async () => (await own()).DisplayScreen },
  { path: '/me/notifications', tab: '/me', load: async () => (await own()).NotificationsScreen },
  { path: '/me/devices', tab: '/me', load: async () => (await own()).DevicesScreen },
  { path: '/me/calendar', tab: '/me', load: async () => (await own()).CalendarScreen },
  { path: '/me/password', tab: '/me', load: async () => (await own()).PasswordScreen },
  { path: '/me/logout', tab: '/me', load: async () => (await own()).LogOutScreen },

  { path: '/staff', tab: '/staff', load: async () => (await staff()).StaffScreen },
  { path: '/staff/organizations/:id', tab: '/staff', load: async () => (await staff()).StaffScreen },
  { path: '/staff/meetings/:id', tab: '/staff', load: async () => (await staff()).StaffMeetingScreen },
  { path: '/staff/organizations/:id/members', tab: '/staff', load: async () => (await management()).StaffMembersScreen },
  { path: '/staff/members/:id', tab: '/staff', load: async () => (await management()).MemberScreen },
  { path: '/staff/organizations/:id/import', tab: '/staff', load: async () => (await management()).RosterImportScreen },
  { path: '/staff/organizations/:id/activation', tab: '/staff', load: async () => (await management()).SheetsScreen },
  { path: '/staff/organizations/:id/settings', tab: '/staff', load: async () => (await management()).SettingsScreen },
  { path: '/staff/organizations/:id/deliveries', tab: '/staff', load: async () => (await management()).DeliveriesScreen },
  { path: '/staff/organizations/:id/agendas', tab: '/staff', load: async () => (await preparing()).TemplatesScreen },
  { path: '/staff/organizations/:id/tasks', tab: '/staff', load: async () => (await management()).StaffTasksScreen },
  { path: '/staff/organizations/:id/score-sheet', tab: '/staff', load: async () => (await management()).ScoreSheetScreen },

  { path: '/chapter', tab: '/chapter', load: async () => (await chapter()).ChapterScreen },
  { path: '/chapter/members', tab: '/chapter', load: async () => (await chapter()).ChapterMembersScreen },
  { path: '/chapter/schedule/:id', tab: '/chapter', load: async () => (await preparing()).ScheduleScreen },
  { path: '/chapter/agendas/:id', tab: '/chapter', load: async () => (await preparing()).TemplatesScreen },
  { path: '/chapter/meetings/new', tab: '/chapter', load: async () => (await preparing()).NewMeetingScreen },
  { path: '/chapter/meetings/:id/opinions', tab: '/chapter', load: async () => (await preparing()).SortScreen },
  { path: '/chapter/meetings/:id', tab: '/chapter', load: async () => (await chapter()).ManageScreen },
  { path: '/chapter/meetings/:id/reminders', tab: '/chapter', load: async () => (await chapter()).RemindersScreen },
  { path: '/chapter/meetings/:id/edit', tab: '/chapter', load: async () => (await preparing()).EditMeetingScreen },
  { path: '/chapter/meetings/:id/room', tab: '/chapter', load: async () => (await room()).RoomScreen },
  { path: '/chapter/meetings/:id/sheet', tab: '/chapter', load: async () => (await room()).RollSheetScreen },
  { path: '/chapter/meetings/:id/scan', tab: '/chapter', load: async () => (await room()).ReverseScanScreen },
  { path: '/chapter/meetings/:id/ballots', tab: '/chapter', load: async () => (await results()).BallotsScreen },
  { path: '/chapter/meetings/:id/minutes', tab: '/chapter', load: async () => (await minutes()).MinutesEditScreen },
  { path: '/chapter/meetings/:id/minutes/read', tab: '/chapter', load: async () => (await minutes()).ReadBackScreen },
  { path: '/chapter/meetings/:id/resolution', tab: '/chapter', load: async () => (await results()).ResolutionEditScreen },
  { path: '/chapter/meetings/:id/score', tab: '/chapter', load: async () => (await results()).ChapterScoreScreen },
  { path: '/chapter/resolutions/:resolution', tab: '/chapter', load: async () => (await results()).ResolutionEditScreen },
  { path: '/chapter/tasks', tab: '/chapter', load: async () => (await results()).ChapterTasksScreen },

  { path: '/404', open: true, load: async () => (await import('./NotFoundScreen.svelte')).default },
];
