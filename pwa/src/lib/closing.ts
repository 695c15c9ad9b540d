import { fold } from './fold';

/** Whether an item of an agenda ends the meeting ("Kết luận và bế mạc"): what is added later comes before it. */
export function closesMeeting(item: { title: string }): boolean {
  return fold(item.title).includes('be mac');
}
